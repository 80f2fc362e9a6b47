#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <semaphore>

#include "desk/store/testing/temp_store.hpp"

// A process that dies at any moment loses nothing it has acknowledged.
namespace desk::store {
namespace {

constexpr int kRounds = 20;
constexpr std::size_t kMinimumAcks = 20;  // of each round before the kill, so that every round kills a busy writer

std::unique_ptr<Store> open_store(const std::string& path) {
    static sio::NullLog log;
    StoreOptions options;
    options.sqlite.path = path;
    auto store = Store::open(std::move(options), log);
    if (!store) std::abort();
    return std::move(*store);
}

/// Writes until it is killed; each committed seq goes to the pipe.
[[noreturn]] void child(const std::string& path, int out) {
    auto store = open_store(path);
    std::counting_semaphore<64> window(64);
    for (;;) {
        window.acquire();
        store->write(
            "a",
            [](Transaction& tx) -> Result<std::int64_t> {
                tx.teams().save({"t" + std::to_string(tx.position().seq + 1), "Team", 1});
                EventRow row;
                row.name = "chat:message";
                row.subject_kind = SubjectKind::Conversation;
                row.subject = "c";
                row.audience.shared_rooms = {"conv:c"};
                row.payload = R"({"x":1})";
                return tx.append(std::move(row)).seq;
            },
            [&window, out](const Result<std::int64_t>& seq) {
                const std::int64_t value = seq.value_or(-1);
                if (::write(out, &value, sizeof value) != sizeof value) _exit(1);
                window.release();
            });
    }
}

std::vector<std::int64_t> run_and_kill(const std::string& path, unsigned extra_acks) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    const pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(path, ends[1]);
    }
    close(ends[1]);
    std::vector<std::int64_t> acks;
    std::int64_t seq = 0;
    while (acks.size() < kMinimumAcks + extra_acks && read(ends[0], &seq, sizeof seq) == sizeof seq) acks.push_back(seq);
    kill(pid, SIGKILL);
    while (read(ends[0], &seq, sizeof seq) == sizeof seq) acks.push_back(seq);
    close(ends[0]);
    waitpid(pid, nullptr, 0);
    return acks;
}

TEST(SqliteCrash, EveryAcknowledgedWriteIsThereAndTheLogHasNoHole) {
    const testing::TempDir dir;
    std::minstd_rand random(20'231'114);
    std::int64_t acked = 0;
    for (int round = 0; round < kRounds; ++round) {
        const auto acks = run_and_kill(dir.file(), static_cast<unsigned>(random() % 300));
        ASSERT_GE(acks.size(), kMinimumAcks) << "round " << round;
        for (const std::int64_t seq : acks) {
            ASSERT_GT(seq, 0);
            acked = std::max(acked, seq);
        }
        auto store = open_store(dir.file());
        const auto seen = store->read_and_wait("a", [](const Snapshot& s) -> Result<std::pair<std::vector<EventRow>, std::size_t>> {
            return std::pair(s.log().rows(0, s.log().position().seq, 1'000'000), s.teams().list().size());
        });
        ASSERT_TRUE(seen.has_value());
        const auto& [rows, teams] = *seen;
        ASSERT_GE(static_cast<std::int64_t>(rows.size()), acked);
        ASSERT_EQ(teams, rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i].seq, static_cast<std::int64_t>(i) + 1);
        acked = static_cast<std::int64_t>(rows.size());
    }
}

}  // namespace
}  // namespace desk::store

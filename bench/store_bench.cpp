// chat:message commands of one org through the executor: 100 conversations of 5 members, batches as the queue gives them; messages and
// commits a second, and CPU a message. `cpu_us` is user and system time of the whole process, `server_us` that of PostgreSQL's backends.
// On PostgreSQL where DESK_TEST_POSTGRES names one: tools/dev/postgres start FOLDER durable.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <ctime>
#include <fstream>
#include <latch>
#include <semaphore>
#include <string>
#include <vector>

#include "desk/chat/commands.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace {

using namespace desk;

constexpr int kConversations = 100;
constexpr int kMembers = 5;

double process_cpu_us() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// Of what works for this store in PostgreSQL; 0 elsewhere.
double server_cpu_us(store::testing::TempStore& temp) {
    if (temp.database() == nullptr) return 0;
    constexpr store::sql::Sql kBackends{"SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"};
    const auto session = temp.database()->session();
    double ticks = 0;
    for (auto rows = session->query(kBackends); rows.next();) {
        // After the name, which may hold anything: the state, ten fields, user and system time.
        std::ifstream file("/proc/" + std::to_string(rows.integer(0)) + "/stat");
        std::string word;
        std::getline(file, word, ')');
        for (int i = 0; i < 11; ++i) file >> word;
        double user = 0;
        double system = 0;
        file >> user >> system;
        ticks += user + system;
    }
    return ticks * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Actor member(int conversation, int index) {
    return store::testing::person("user-" + std::to_string(conversation) + "-" + std::to_string(index), Role::Agent, {}, "bench-org");
}

void prepare(store::Store& store) {
    const Actor admin = store::testing::person("admin", Role::Admin, {}, "bench-org");
    for (int c = 0; c < kConversations; ++c) {
        const auto made = store.write_and_wait("bench-org", [&](store::Transaction& tx) {
            tx.ensure(store::testing::person("customer", Role::Customer, {}, "bench-org"));
            return chat::run(tx, admin, chat::CreateConversation{"conv-" + std::to_string(c), "customer", {}, {}});
        });
        if (!made) std::abort();
        for (int m = 0; m < kMembers; ++m) {
            const auto joined = store.write_and_wait("bench-org", [&](store::Transaction& tx) {
                return chat::run(tx, member(c, m), chat::JoinConversation{"conv-" + std::to_string(c)});
            });
            if (!joined) std::abort();
        }
    }
}

/// Rounds of `batch` messages, each round waited for, so that a commit holds about that many, or `max_batch`.
void chat_messages(benchmark::State& state, std::size_t max_batch) {
    store::StoreOptions options;
    options.executor.max_batch = max_batch;
    store::testing::TempStore temp(std::move(options));
    prepare(*temp);
    const auto batch = static_cast<int>(state.range(0));
    std::vector<Actor> actors;
    for (int i = 0; i < batch; ++i) actors.push_back(member(i % kConversations, i % kMembers));
    std::int64_t sent = 0;
    std::atomic<std::int64_t> failed = 0;
    const auto commits = temp->stats().commits.load();
    const double server_before = server_cpu_us(temp);
    const double before = process_cpu_us();
    for (auto _ : state) {
        std::latch done(batch);
        for (int i = 0; i < batch; ++i) {
            chat::SendChatMessage command{"conv-" + std::to_string(static_cast<int>(sent * 7 + i * 13) % kConversations),
                                          std::string(64, 'x')};
            command.joined = true;
            temp->write(
                "bench-org",
                [command = std::move(command), &actor = actors[static_cast<std::size_t>(i)]](store::Transaction& tx) {
                    return chat::run(tx, actor, command);
                },
                [&](const Result<chat::ChatMessageOutcome>& outcome) {
                    if (!outcome) ++failed;
                    done.count_down();
                });
        }
        done.wait();
        sent += batch;
        benchmark::DoNotOptimize(temp.take_rows());
    }
    if (failed > 0) state.SkipWithError("a message was refused");
    const auto committed = static_cast<double>(temp->stats().commits.load() - commits);
    state.counters["cpu_us"] = (process_cpu_us() - before) / static_cast<double>(sent);
    state.counters["server_us"] = (server_cpu_us(temp) - server_before) / static_cast<double>(sent);
    state.counters["batch"] = static_cast<double>(sent) / committed;
    state.counters["commits"] = benchmark::Counter(committed, benchmark::Counter::kIsRate);
    state.SetItemsProcessed(sent);
}
BENCHMARK_CAPTURE(chat_messages, group_commit, 512)->Arg(1)->Arg(20)->Arg(100)->Arg(400)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(chat_messages, one_a_commit, 1)->Arg(100)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace

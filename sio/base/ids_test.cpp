#include "sio/base/ids.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <thread>
#include <vector>

namespace sio {
namespace {

TEST(RandomId, IsTwentyCharactersOfBase64Url) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int i = 0; i < 1000; ++i) {
        const std::string id = random_id();
        EXPECT_EQ(id.size(), 20U);
        EXPECT_EQ(id.find_first_not_of(kAlphabet), std::string::npos) << id;
    }
}

TEST(RandomId, DoesNotRepeatAcrossRefillsAndThreads) {
    constexpr std::size_t kEach = 5000;
    std::array<std::vector<std::string>, 2> ids;
    {
        std::vector<std::jthread> threads;
        threads.reserve(ids.size());
        for (auto& own : ids) {
            threads.emplace_back([&own] {
                for (std::size_t i = 0; i < kEach; ++i) own.push_back(random_id());
            });
        }
    }
    std::set<std::string> all;
    for (const auto& own : ids) all.insert(own.begin(), own.end());
    EXPECT_EQ(all.size(), kEach * ids.size());
}

TEST(RandomId, DiffersInAForkedChild) {
    random_id();  // the pool is filled before the fork
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string id = random_id();
        const bool written = ::write(pipe[1], id.data(), id.size()) == static_cast<ssize_t>(id.size());
        ::_exit(written ? 0 : 1);
    }
    std::string theirs(20, '\0');
    EXPECT_EQ(::read(pipe[0], theirs.data(), theirs.size()), 20);
    ::waitpid(child, nullptr, 0);
    ::close(pipe[0]);
    ::close(pipe[1]);
    EXPECT_NE(random_id(), theirs);
}

TEST(RandomBytes, FillsBuffersOfAnySize) {
    for (const std::size_t size : {0U, 1U, 1023U, 1024U, 1025U, 100'000U}) {
        std::vector<std::uint8_t> bytes(size + 1, 0);
        random_bytes(std::span(bytes).first(size));
        EXPECT_EQ(bytes.back(), 0);
        // 16 zero bytes in a row are as good as impossible.
        EXPECT_EQ(std::search_n(bytes.begin(), bytes.end() - 1, 16, 0), bytes.end() - 1);
    }
}

TEST(RandomHex, HasTheLengthAskedFor) {
    for (const std::size_t size : {0U, 1U, 16U, 33U}) {
        const std::string digits = random_hex(size);
        EXPECT_EQ(digits.size(), size);
        EXPECT_EQ(digits.find_first_not_of("0123456789abcdef"), std::string::npos);
    }
}

TEST(Ulid, CarriesItsMillisecondFirst) {
    UlidGenerator ulids;
    EXPECT_EQ(ulids.next(0).substr(0, 10), "0000000000");
    EXPECT_EQ(ulids.next(1'469'918'176'385).substr(0, 10), "01ARYZ6S41");  // the example of the ULID text
    EXPECT_EQ(ulids.next((std::int64_t{1} << 48) - 1).substr(0, 10), "7ZZZZZZZZZ");
}

TEST(Ulid, GrowsWithinAMillisecondAndWhenTheClockStepsBack) {
    UlidGenerator ulids;
    std::string last;
    for (int i = 0; i < 20'000; ++i) {
        const std::string id = ulids.next(i < 10'000 ? 1000 : 999);
        ASSERT_EQ(id.size(), UlidGenerator::kSize);
        ASSERT_EQ(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos);
        ASSERT_LT(last, id);
        last = id;
    }
}

TEST(Ulid, StepsWithinAMillisecondAreNotGuessable) {
    UlidGenerator ulids;
    std::set<std::string> tails;
    for (int i = 0; i < 100; ++i) tails.insert(ulids.next(5).substr(22));
    EXPECT_GT(tails.size(), 90U);  // a counter would step through neighbours
}

TEST(Ulid, TwoGeneratorsDoNotMeet) {
    UlidGenerator a;
    UlidGenerator b;
    EXPECT_NE(a.next(7), b.next(7));
}

}  // namespace
}  // namespace sio

#include "sio/runtime/byte_run.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <string>

namespace sio::runtime {
namespace {

std::string random_bytes(std::mt19937& random, std::size_t size) {
    std::string result(size, '\0');
    for (char& c : result) c = static_cast<char>('a' + random() % 26);
    return result;
}

TEST(ByteRun, BehavesLikeAString) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        std::mt19937 random(seed);
        ByteRun run;
        std::string expected;
        for (int step = 0; step < 300; ++step) {
            const std::string bytes = random_bytes(random, random() % 200);
            switch (random() % 5) {
                case 0:
                    run.append(bytes);
                    expected += bytes;
                    break;
                case 1:
                    run.prepend(bytes);
                    expected = bytes + expected;
                    break;
                case 2: {
                    char* const room = run.room(bytes.size() + 10);
                    std::copy(bytes.begin(), bytes.end(), room);
                    run.grow(bytes.size());
                    expected += bytes;
                    break;
                }
                case 3: {
                    const std::size_t count = random() % 400;
                    run.consume(count);
                    expected.erase(0, count);
                    break;
                }
                default: {
                    ByteRun other = std::move(run);
                    run = std::move(other);
                }
            }
            ASSERT_EQ(std::string(run.data(), run.size()), expected);
            ASSERT_EQ(run.empty(), expected.empty());
        }
    }
}

TEST(ByteRun, HasReadableSlackBehindItsEnd) {
    ByteRun run;
    for (int i = 0; i < 300; ++i) {
        run.append("x");
        const char* const end = run.data() + run.size();
        EXPECT_GE(std::accumulate(end, end + ByteRun::kSlack, 0), 0);
    }
}

TEST(ByteRun, HoldsNothingWhenEmpty) {
    ByteRun run;
    run.append("some bytes");
    run.consume(10);
    EXPECT_EQ(run.data(), nullptr);
}

}  // namespace
}  // namespace sio::runtime

#include "sio/cluster/valkey/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sio::cluster {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToItsBoundWithinTheUpperHalf) {
    Backoff backoff(milliseconds(100), milliseconds(1'000));
    for (const int full : {100, 200, 400, 800, 1'000, 1'000}) {
        const auto pause = backoff.next();
        EXPECT_GE(pause, milliseconds(full / 2));
        EXPECT_LE(pause, milliseconds(full));
    }
    backoff.reset();
    EXPECT_LE(backoff.next(), milliseconds(100));
}

TEST(Backoff, SpreadsThoseThatStartTogether) {
    std::set<milliseconds> pauses;
    for (int i = 0; i < 50; ++i) pauses.insert(Backoff(milliseconds(100'000), milliseconds(100'000)).next());
    EXPECT_GT(pauses.size(), 40u);
}

}  // namespace
}  // namespace sio::cluster

#include "sio/runtime/limits.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace sio::runtime {
namespace {

TEST(DescriptorLimit, IsRaisedToTheHardLimit) {
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit lowered = before;
    lowered.rlim_cur = before.rlim_max / 2;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);

    const auto limit = raise_descriptor_limit();
    ASSERT_TRUE(limit);
    EXPECT_EQ(*limit, before.rlim_max);
    rlimit after{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_max);
    setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace sio::runtime

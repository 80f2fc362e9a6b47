#include "sio/base/result.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sio {
namespace {

TEST(ErrorCode, EachHasItsOwnName) {
    std::set<std::string_view> names;
    for (int code = 0; code <= static_cast<int>(ErrorCode::InvalidState); ++code) names.insert(to_string(static_cast<ErrorCode>(code)));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::InvalidState) + 1);
    EXPECT_FALSE(names.contains("Unknown"));
}

TEST(Result, CarriesCodeAndDetail) {
    const Result<int> result = fail(ErrorCode::BadJson, "why");
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::BadJson);
    EXPECT_EQ(result.error().detail, "why");
}

}  // namespace
}  // namespace sio

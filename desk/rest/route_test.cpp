#include "desk/rest/route.hpp"

#include <gtest/gtest.h>

namespace desk::rest {
namespace {

using sio::http::Method;

TEST(Route, GivesTheValuesOfItsPlaceholders) {
    const Route route(Method::Get, "/v1/tickets/{id}/messages");
    const auto values = route.match("/v1/tickets/T-1/messages");
    ASSERT_TRUE(values.has_value());
    EXPECT_EQ(*values, std::vector<std::string>{"T-1"});
}

TEST(Route, DecodesPercentEscapes) { EXPECT_EQ(Route(Method::Get, "/v1/users/{id}").match("/v1/users/a%40b.c")->front(), "a@b.c"); }

TEST(Route, ASlashInsideAnEscapeStaysInsideTheSegment) {
    EXPECT_EQ(Route(Method::Get, "/v1/users/{id}").match("/v1/users/a%2Fb")->front(), "a/b");
}

TEST(Route, IgnoresATrailingSlash) { EXPECT_TRUE(Route(Method::Get, "/v1/tickets").match("/v1/tickets/")); }

TEST(Route, RefusesOtherPathsAndBrokenEscapes) {
    const Route route(Method::Get, "/v1/tickets/{id}");
    for (const auto* path : {"/v1/tickets", "/v1/tickets/", "/v1/tickets/a/b", "/v2/tickets/a", "/v1/tickets/%", "/v1/tickets/%0",
                             "/v1/tickets/%zz", "/v1/tickets/%00", ""}) {
        EXPECT_FALSE(route.match(path)) << path;
    }
}

}  // namespace
}  // namespace desk::rest

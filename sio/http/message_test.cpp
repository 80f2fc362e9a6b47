#include "sio/http/message.hpp"

#include <gtest/gtest.h>

#include "sio/http/tokens.hpp"

namespace sio::http {
namespace {

std::optional<std::string> parameter(std::string_view query, std::string_view name) {
    Request request;
    request.query = query;
    return request.parameter(name);
}

TEST(Request, FindsHeadersWithoutCase) {
    Request request;
    request.headers = {{"A", "1"}, {"Origin", "x"}, {"ORIGIN", "y"}};
    EXPECT_EQ(request.header("origin"), "x");
    EXPECT_EQ(request.header("origins"), std::nullopt);
}

TEST(Request, DecodesParameters) {
    EXPECT_EQ(parameter("a=1&b=2", "b"), "2");
    EXPECT_EQ(parameter("a=1&a=2", "a"), "2") << "the last one wins";
    EXPECT_EQ(parameter("a=x%20y+z%2B", "a"), "x y z+");
    EXPECT_EQ(parameter("%61=1", "a"), "1");
    EXPECT_EQ(parameter("a", "a"), "");
    EXPECT_EQ(parameter("a==", "a"), "=");
    EXPECT_EQ(parameter("ab=1", "a"), std::nullopt);
    EXPECT_EQ(parameter("", "a"), std::nullopt);
}

TEST(Request, LeavesBrokenEscapesAsTheyAre) {
    EXPECT_EQ(parameter("a=%", "a"), "%");
    EXPECT_EQ(parameter("a=%4", "a"), "%4");
    EXPECT_EQ(parameter("a=%zz", "a"), "%zz");
    EXPECT_EQ(parameter("a=%ff", "a"), "\xef\xbf\xbd") << "what is no UTF-8 is replaced";
}

TEST(Tokens, ReadsLists) {
    EXPECT_TRUE(has_token("keep-alive, Upgrade", "upgrade"));
    EXPECT_TRUE(has_token(",, upgrade ,", "upgrade"));
    EXPECT_FALSE(has_token("upgraded", "upgrade"));
    EXPECT_FALSE(has_token("\"a, upgrade, b\"", "upgrade"));
}

TEST(Tokens, WeighsCodings) {
    EXPECT_EQ(coding_quality("gzip, deflate", "gzip"), 1000);
    EXPECT_EQ(coding_quality("gzip;q=0.5", "gzip"), 500);
    EXPECT_EQ(coding_quality("gzip;q=0", "gzip"), 0);
    EXPECT_EQ(coding_quality("*;q=0.1", "gzip"), 100);
    EXPECT_EQ(coding_quality("gzip;q=0, *", "gzip"), 0);
    EXPECT_EQ(coding_quality("gzip;q=x", "gzip"), 0);
    EXPECT_EQ(coding_quality("gzip;q=1.001", "gzip"), 0);
    EXPECT_EQ(coding_quality("br", "gzip"), 0);
    EXPECT_EQ(coding_quality("", "gzip"), 0);
}

}  // namespace
}  // namespace sio::http

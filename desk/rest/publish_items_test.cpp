#include "desk/rest/publish_items.hpp"

#include <gtest/gtest.h>

namespace desk::rest {
namespace {

PublishItem read(std::string_view json, std::optional<std::string> org = "acme") {
    sio::json::Parser parser;
    return read_publish_item(parser.parse_copy(json).value(), org, 65'536);
}

TEST(RoomsNamed, AreTheOrgsOwn) {
    EXPECT_EQ(rooms_named("user:u", "acme").value(), std::vector<std::string>{"o:acme:user:u"});
    EXPECT_EQ(rooms_named("team:t", "acme").value(), std::vector<std::string>{"o:acme:team:t"});
    EXPECT_EQ(rooms_named("org:acme", "acme").value(), std::vector<std::string>{"o:acme"});
    EXPECT_EQ(rooms_named("conv:c", "acme").value(), std::vector<std::string>{"o:acme:conv:c"});
    EXPECT_EQ(rooms_named("ticket:t", "acme").value(), (std::vector<std::string>{"o:acme:ticket:t:staff", "o:acme:ticket:t:customers"}));
}

TEST(RoomsNamed, OthersAreRefused) {
    EXPECT_EQ(rooms_named("org:globex", "acme").error().code, ErrorCode::Forbidden);
    for (const auto* name :
         {"", "user", "user:", ":u", "staff", "o:globex", "o:acme:staff", "ticket:t:staff", "team:t:staff", "user:a b"}) {
        EXPECT_EQ(rooms_named(name, "acme").error().code, ErrorCode::InvalidPayload) << name;
    }
}

TEST(PublishItem, IsOfTheOrgItNamesOrElseOfTheCallers) {
    EXPECT_EQ(read(R"({"event":"x","rooms":["user:u"]})").org, "acme");
    EXPECT_EQ(read(R"({"org":"globex","event":"x","rooms":["user:u"]})").org, "globex");
    EXPECT_TRUE(read(R"({"event":"x","rooms":["user:u"]})", std::nullopt).refused.has_value());
}

TEST(PublishItem, WithRoomsOrANamespaceIsRaw) {
    const auto item = read(R"({"namespace":"/chat","event":"x","data":[1,{"a":null}]})");
    ASSERT_TRUE(item.is_raw());
    const auto& raw = std::get<RawEvent>(item.command);
    EXPECT_EQ(raw.rooms, std::vector<std::string>{"o:acme"});
    EXPECT_EQ(raw.data_json, R"([1,{"a":null}])");
    EXPECT_TRUE(std::get<RawEvent>(read(R"({"rooms":["user:u"],"event":"x"})").command).data_json.empty());
}

TEST(PublishItem, WhatIsWrongIsKeptWithIt) {
    for (const auto* json :
         {"1", "{}", R"({"event":"x"})", R"({"event":"ticket:created","data":1})", R"({"event":"ticket:created","data":{}})",
          R"({"event":"ticket:created","data":{"id":"t"}})", R"({"event":"ticket:created","data":{"id":"t","version":0}})",
          R"({"event":"ticket:created","data":{"id":"t","version":1,"requester":"u"}})",
          R"({"event":"ticket:created","data":{"id":"t","version":1,"createdAt":"soon"}})",
          R"({"event":"ticket:created","data":{"id":"t","version":1,"number":9e18}})",
          R"({"event":"ticket:created","id":"a b","data":{"id":"t","version":1}})",
          R"({"event":"ticket:created","by":"u","data":{"id":"t","version":1}})",
          R"({"event":"ticket:created","audience":"u","data":{"id":"t","version":1}})",
          R"({"event":"ticket:message","audience":"staff","data":{"ticketId":"t","content":"x"}})",
          R"({"event":"connect","rooms":["user:u"]})", R"({"event":"x","rooms":"user:u"})"}) {
        const auto item = read(json);
        EXPECT_TRUE(item.refused.has_value()) << json;
        EXPECT_TRUE(std::holds_alternative<std::monostate>(item.command)) << json;
    }
    EXPECT_FALSE(read(R"({"event":"ticket:created","data":{"id":"t","version":1}})").refused.has_value());
}

}  // namespace
}  // namespace desk::rest

#include "desk/people/requests.hpp"

#include <gtest/gtest.h>

#include "desk/people/publish.hpp"

namespace desk::people {
namespace {

template <class T>
Result<T> read(Result<T> (*reader)(sio::json::Value), std::string_view json) {
    sio::json::Parser parser;
    return reader(parser.parse_copy(json).value());
}

TEST(PeopleRequests, AbsentStaysAndNullClears) {
    const auto command = read(read_change_user, R"({"name":null,"email":null,"locale":"de","teamIds":["t1"]})").value();
    EXPECT_FALSE(command.fields.name);
    EXPECT_FALSE(command.fields.role);
    EXPECT_FALSE(command.fields.company);
    ASSERT_TRUE(command.fields.email);
    EXPECT_EQ(*command.fields.email, std::nullopt);
    EXPECT_EQ(command.fields.locale, std::optional<std::string>("de"));
    EXPECT_EQ(command.fields.teams, std::vector<std::string>{"t1"});
}

TEST(PeopleRequests, WhatIsWrongIsNamed) {
    for (const auto& [json, field] : {std::pair{R"({"role":"king"})", "role"},
                                      {R"({"active":1})", "active"},
                                      {R"({"teamIds":"t1"})", "teamIds"},
                                      {R"({"teamIds":["a:b"]})", "teamIds"},
                                      {R"({"email":7})", "email"},
                                      {R"({"name":[]})", "name"}}) {
        const auto refused = read(read_change_user, json);
        ASSERT_FALSE(refused.has_value()) << json;
        EXPECT_TRUE(refused.error().details_json.contains(field)) << json;
    }
    EXPECT_FALSE(read(read_create_team, "{}").has_value());
    EXPECT_FALSE(read(read_change_org, R"({"visibility":"nobody"})").has_value());
}

TEST(PeopleRequests, TimesAreIsoOrSeconds) {
    for (const auto* json :
         {R"({"issuedBefore":1700000000})", R"({"issuedBefore":1700000000.9})", R"({"issuedBefore":"2023-11-14T22:13:20.500Z"})"}) {
        EXPECT_EQ(read(read_revoke_tokens, json).value().issued_before_s, 1'700'000'000) << json;
    }
    for (const auto* json : {R"({"issuedBefore":-1})", R"({"issuedBefore":1e300})", R"({"issuedBefore":"yesterday"})",
                             R"({"issuedBefore":true})", R"({"jti":7})"}) {
        EXPECT_FALSE(read(read_revoke_tokens, json).has_value()) << json;
    }
}

TEST(PeopleRequests, WhoIsPublishedHasAnIdAndMayHaveAVersion) {
    EXPECT_EQ(read(read_published_user, R"({"id":"ann","version":7})").value().version, 7);
    EXPECT_EQ(read(read_published_user, R"({"id":"ann"})").value().version, std::nullopt);
    for (const auto* json :
         {"{}", R"({"id":"a:b"})", R"({"id":"ann","version":0})", R"({"id":"ann","version":"7"})", R"({"id":"ann","version":9e18})"}) {
        EXPECT_FALSE(read(read_published_user, json).has_value()) << json;
    }
}

}  // namespace
}  // namespace desk::people

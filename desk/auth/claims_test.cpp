#include "desk/auth/claims.hpp"

#include <gtest/gtest.h>

#include "desk/auth/testing/craft_token.hpp"

namespace desk::auth {
namespace {

using testing::with;

std::expected<ClaimSet, AuthFailure> read(std::string_view json, const ClaimNames& names = {}) {
    thread_local sio::json::Parser parser;
    const auto value = parser.parse_copy(json);
    if (!value) return std::unexpected(AuthFailure{AuthReason::Malformed});
    return read_claims(*value, names);
}

std::string reason(std::string_view claim, std::string_view value) {
    const auto set = read(with(claim, value));
    return set ? "" : std::string(to_string(set.error().reason));
}

Claims claims(std::string_view claim, std::string_view value) { return read(with(claim, value)).value().claims; }

struct Bad {
    const char* claim;
    const char* value;
    const char* reason;
};

class ReadClaimsRefuses : public ::testing::TestWithParam<Bad> {};

TEST_P(ReadClaimsRefuses, AClaimOfTheWrongForm) { EXPECT_EQ(reason(GetParam().claim, GetParam().value), GetParam().reason); }

INSTANTIATE_TEST_SUITE_P(
    Claims, ReadClaimsRefuses,
    ::testing::Values(Bad{"sub", "", "BAD_SUB"}, Bad{"sub", "null", "BAD_SUB"}, Bad{"sub", "7", "BAD_SUB"}, Bad{"sub", "\"\"", "BAD_SUB"},
                      Bad{"sub", "\"a:b\"", "BAD_SUB"}, Bad{"sub", "\"a b\"", "BAD_SUB"}, Bad{"sub", "\"a\\u0000\"", "BAD_SUB"},
                      Bad{"sub", "[\"ann\"]", "BAD_SUB"}, Bad{"sub", "{\"id\":\"ann\"}", "BAD_SUB"}, Bad{"org", "", "BAD_ORG"},
                      Bad{"org", "true", "BAD_ORG"}, Bad{"org", "\"o/x\"", "BAD_ORG"}, Bad{"org", "[]", "BAD_ORG"},
                      Bad{"name", "7", "BAD_NAME"}, Bad{"name", "null", "BAD_NAME"}, Bad{"name", "{}", "BAD_NAME"},
                      Bad{"teams", "\"t1\"", "BAD_TEAMS"}, Bad{"teams", "{}", "BAD_TEAMS"}, Bad{"teams", "[1]", "BAD_TEAMS"},
                      Bad{"teams", "[[\"t1\"]]", "BAD_TEAMS"}, Bad{"teams", "[\"t1\",null]", "BAD_TEAMS"},
                      Bad{"teams", "[\"t:1\"]", "BAD_TEAMS"}, Bad{"teams", "[\"\"]", "BAD_TEAMS"}, Bad{"teams", "null", "BAD_TEAMS"},
                      Bad{"role", "", "BAD_ROLE"}, Bad{"role", "\"root\"", "BAD_ROLE"}, Bad{"role", "\"Admin\"", "BAD_ROLE"},
                      Bad{"role", "\"system\"", "BAD_ROLE"}, Bad{"role", "[\"admin\"]", "BAD_ROLE"}, Bad{"role", "null", "BAD_ROLE"},
                      Bad{"exp", "", "BAD_EXP"}, Bad{"exp", "\"1900000000\"", "BAD_EXP"}, Bad{"exp", "null", "BAD_EXP"},
                      Bad{"exp", "1e400", "BAD_EXP"}, Bad{"exp", "-1e400", "BAD_EXP"}, Bad{"exp", "-1", "BAD_EXP"},
                      Bad{"exp", "1800003600000", "BAD_EXP"}, Bad{"exp", "99999999999999999999999999", "BAD_EXP"},
                      Bad{"exp", "[1900000000]", "BAD_EXP"}, Bad{"exp", "true", "BAD_EXP"}, Bad{"iat", "\"now\"", "BAD_IAT"},
                      Bad{"iat", "null", "BAD_IAT"}, Bad{"iat", "1e300", "BAD_IAT"}, Bad{"nbf", "\"now\"", "BAD_NBF"},
                      Bad{"nbf", "{}", "BAD_NBF"}, Bad{"jti", "7", "BAD_JTI"}, Bad{"jti", "\"\"", "BAD_JTI"}));

TEST(ReadClaims, FillsInWhatMayBeMissing) {
    EXPECT_EQ(claims("name", "").name, "ann");
    EXPECT_EQ(claims("name", "\"\"").name, "ann");
    EXPECT_TRUE(claims("teams", "").teams.empty());
    EXPECT_EQ(claims("iat", "").iat, std::nullopt);
}

TEST(ReadClaims, KeepsTeamsOnceAndInOrder) { EXPECT_EQ(claims("teams", R"(["b","a","b"])").teams, (std::vector<std::string>{"b", "a"})); }

TEST(ReadClaims, BoundsNamesTeamsAndIds) {
    EXPECT_EQ(reason("name", "\"" + std::string(201, 'n') + "\""), "BAD_NAME");
    EXPECT_EQ(reason("jti", "\"" + std::string(257, 'j') + "\""), "BAD_JTI");
    EXPECT_EQ(reason("sub", "\"" + std::string(129, 's') + "\""), "BAD_SUB");
    std::string teams = "[\"t\"";
    for (std::size_t i = 0; i < kMaxTeams; ++i) teams += ",\"t" + std::to_string(i) + "\"";
    EXPECT_EQ(reason("teams", teams + "]"), "BAD_TEAMS");
}

TEST(ReadClaims, NamesBecomeStorableText) {
    EXPECT_EQ(claims("name", R"("a\u0000b\ud800c")").name,
              "a\xef\xbf\xbd"
              "b\xef\xbf\xbd"
              "c");
}

TEST(ReadClaims, CutsFractionsOffDates) { EXPECT_EQ(claims("exp", "1800000000.9").exp, 1'800'000'000); }

TEST(ReadClaims, ExponentSpellingsAreNumbersToo) { EXPECT_EQ(claims("exp", "18e8").exp, 1'800'000'000); }

TEST(ReadClaims, RefusesARepeatedClaimButNotARepeatedStranger) {
    EXPECT_EQ(read(R"({"sub":"ann","org":"acme","role":"agent","exp":1,"role":"admin"})").error().reason, AuthReason::BadPayload);
    EXPECT_TRUE(read(R"({"sub":"ann","org":"acme","role":"agent","exp":1,"x":1,"x":2})"));
}

TEST(ReadClaims, PrototypeNamesAreStrangers) {
    EXPECT_TRUE(read(R"({"__proto__":{"role":"admin"},"constructor":1,"sub":"ann","org":"acme","role":"customer","exp":1})"));
}

TEST(ReadClaims, TakesTheIssuersOwnClaimNames) {
    ClaimNames names;
    names.org = "https://desk.example/org";
    names.sub = "uid";
    const auto set = read(R"({"uid":"ann","sub":"other","org":"other","https://desk.example/org":"acme","role":"bot","exp":1})", names);
    ASSERT_TRUE(set);
    EXPECT_EQ(set->claims.sub, "ann");
    EXPECT_EQ(set->claims.org, "acme");
    EXPECT_EQ(set->claims.role, Role::Bot);
}

}  // namespace
}  // namespace desk::auth

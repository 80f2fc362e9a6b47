#include "desk/model/fields.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

class FieldsTest : public ::testing::Test {
protected:
    Fields read(std::string_view text) { return Fields(*parser_.parse_copy(text)); }
    sio::json::Parser parser_;
};

TEST_F(FieldsTest, ReadsWhatIsThere) {
    Fields fields = read(R"({"subject":"Help","ticketId":"T-1","tags":["a","b"],"internal":true,"priority":"high","custom":{"a":[1]}})");
    EXPECT_EQ(fields.text("subject"), "Help");
    EXPECT_EQ(fields.id("ticketId"), "T-1");
    EXPECT_EQ(fields.texts("tags", 5), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(fields.flag("internal"));
    EXPECT_EQ(fields.one_of("priority", Priority::Normal), Priority::High);
    EXPECT_EQ(fields.object("custom"), R"({"a":[1]})");
    EXPECT_FALSE(fields.error());
}

TEST_F(FieldsTest, NullIsAbsent) {
    Fields fields = read(R"({"teamId":null,"tags":null,"priority":null})");
    EXPECT_EQ(fields.optional_id("teamId"), std::nullopt);
    EXPECT_TRUE(fields.texts("tags", 5).empty());
    EXPECT_EQ(fields.one_of("priority", Priority::Low), Priority::Low);
    EXPECT_EQ(fields.object("custom"), "{}");
    EXPECT_FALSE(fields.error());
}

struct Wrong {
    const char* json;
    const char* reason;
    void (*read)(Fields&);
};
class FieldsRefuse : public ::testing::TestWithParam<Wrong> {};
TEST_P(FieldsRefuse, NamingFieldAndReason) {
    sio::json::Parser parser;
    Fields fields(*parser.parse_copy(GetParam().json));
    GetParam().read(fields);
    const auto error = fields.error();
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code, ErrorCode::InvalidPayload);
    EXPECT_NE(error->details_json.find(GetParam().reason), std::string::npos) << error->details_json;
}
INSTANTIATE_TEST_SUITE_P(Fields, FieldsRefuse,
                         ::testing::Values(Wrong{"[]", "NOT_AN_OBJECT", [](Fields&) {}},
                                           Wrong{"{}", "REQUIRED", [](Fields& f) { f.text("a"); }},
                                           Wrong{R"({"a":1})", "NOT_A_STRING", [](Fields& f) { f.optional_text("a"); }},
                                           Wrong{R"({"a":"x:y"})", "BAD_ID", [](Fields& f) { f.id("a"); }},
                                           Wrong{R"({"a":["x",1]})", "NOT_A_STRING", [](Fields& f) { f.texts("a", 9); }},
                                           Wrong{R"({"a":["x","y"]})", "TOO_MANY", [](Fields& f) { f.texts("a", 1); }},
                                           Wrong{R"({"a":{}})", "NOT_AN_ARRAY", [](Fields& f) { f.ids("a", 1); }},
                                           Wrong{R"({"a":"yes"})", "NOT_A_BOOLEAN", [](Fields& f) { f.flag("a"); }},
                                           Wrong{R"({"a":"asap"})", "UNKNOWN_VALUE", [](Fields& f) { f.one_of("a", Priority::Low); }},
                                           Wrong{R"({"a":[{"name":"x"}]})", "BAD_ATTACHMENT", [](Fields& f) { f.attachments("a"); }}));

}  // namespace
}  // namespace desk

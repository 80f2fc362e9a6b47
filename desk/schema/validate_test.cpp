#include "desk/schema/validate.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "desk/schema/chat_types.hpp"
#include "desk/schema/events.hpp"
#include "desk/schema/ticket_types.hpp"

namespace desk::schema {
namespace {

/// "" when `json` is what `type` says, else "CODE" with what `details` holds.
std::string verdict(const Type& type, const std::string& json) {
    sio::json::Parser parser;
    const auto value = parser.parse_copy(json);
    if (!value) return "BAD_JSON";
    const auto good = validate(type, *value);
    return good ? "" : std::string(to_string(good.error().code)) + ' ' + good.error().details_json;
}

TEST(Validate, TakesWhatTheApiDocumentSends) {
    EXPECT_EQ(verdict(kTicketSubscribeType, R"({"ticketId":"ticket_123"})"), "");
    EXPECT_EQ(verdict(kSendChatMessageType, R"({"conversationId":"conv_123","content":"Hello, how can I help you?","type":"text"})"), "");
    EXPECT_EQ(verdict(kMarkChatReadType, R"({"conversationId":"c","messageId":"m"})"), "");
    EXPECT_EQ(verdict(kPingType, R"({"timestamp":1700000000123})"), "");
    EXPECT_EQ(verdict(kNothingType, "{}"), "");
}

TEST(Validate, IgnoresUnknownMembersAndTakesNullForAbsent) {
    EXPECT_EQ(verdict(kTicketSubscribeType, R"({"ticketId":"t","since":null,"more":{"a":[1]}})"), "");
    EXPECT_EQ(verdict(kNothingType, "null"), "");
    EXPECT_EQ(verdict(kTicketPatchType, R"({"assigneeId":null})"), "");
}

TEST(Validate, AMissingPayloadLacksItsFirstRequiredMember) {
    EXPECT_TRUE(validate(kNothingType, {}));
    const auto refused = validate(kTicketRefType, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().details_json, R"("field":"ticketId","reason":"REQUIRED")");
}

struct Wrong {
    const Type* type;
    std::string json;
    std::string error;
};
class ValidateRefuses : public ::testing::TestWithParam<Wrong> {};

TEST_P(ValidateRefuses, AndNamesTheField) { EXPECT_EQ(verdict(*GetParam().type, GetParam().json), GetParam().error); }

std::string invalid_because(std::string_view field, std::string_view reason) {
    return std::string(R"(INVALID_PAYLOAD "field":")").append(field).append(R"(","reason":")").append(reason) + '"';
}

INSTANTIATE_TEST_SUITE_P(
    Payloads, ValidateRefuses,
    ::testing::Values(
        Wrong{&kTicketRefType, "7", R"(INVALID_PAYLOAD "reason":"NOT_AN_OBJECT")"},
        Wrong{&kTicketRefType, "{}", invalid_because("ticketId", "REQUIRED")},
        Wrong{&kTicketRefType, R"({"ticketId":7})", invalid_because("ticketId", "NOT_A_STRING")},
        Wrong{&kTicketRefType, R"({"ticketId":"a:b"})", invalid_because("ticketId", "BAD_ID")},
        Wrong{&kTicketRefType, R"({"ticketId":")" + std::string(129, 'x') + "\"}", invalid_because("ticketId", "BAD_ID")},
        Wrong{&kPingType, R"({"timestamp":"now"})", invalid_because("timestamp", "NOT_A_NUMBER")},
        Wrong{&kStartTypingType, R"({"ticketId":"t","internal":"yes"})", invalid_because("internal", "NOT_A_BOOLEAN")},
        Wrong{&kNewTicketType, R"({"subject":"s","priority":"asap"})", invalid_because("priority", "UNKNOWN_VALUE")},
        Wrong{&kNewTicketType, R"({"subject":"s","customFields":[]})", invalid_because("customFields", "NOT_AN_OBJECT")},
        Wrong{&kNewTicketType, R"({"subject":"s","participantIds":{}})", invalid_because("participantIds", "NOT_AN_ARRAY")},
        Wrong{&kNewTicketType, R"({"subject":"s","participantIds":["a","b c"]})", invalid_because("participantIds[1]", "BAD_ID")},
        Wrong{&kNewTicketType, R"({"subject":"s","message":{"content":"x","type":"song"}})",
              invalid_because("message.type", "UNKNOWN_VALUE")},
        Wrong{&kNewTicketType, R"({"subject":")" + std::string(501, 'x') + "\"}", R"(PAYLOAD_TOO_LARGE "field":"subject","limit":500)"},
        Wrong{&kNewMessageType, R"({"content":"x","clientMessageId":""})", invalid_because("clientMessageId", "MALFORMED")},
        Wrong{&kNewMessageType, R"({"content":"x","attachments":[{"id":"a","name":"n","mime":"m"}]})",
              invalid_because("attachments[0].url", "REQUIRED")},
        Wrong{&kNewMessageType, R"({"content":"x","attachments":[{"id":"a","name":"n","mime":"m","url":"/u","size":-1}]})",
              invalid_because("attachments[0].size", "OUT_OF_RANGE")},
        Wrong{&kNewMessageType, R"({"content":"x","attachments":[{"id":"a","name":"n","mime":"m","url":"/u","size":1.5}]})",
              invalid_because("attachments[0].size", "NOT_AN_INTEGER")},
        Wrong{&kNewMessageType, R"({"content":"x","attachments":[0,0,0,0,0,0,0,0,0,0,0]})", invalid_because("attachments", "TOO_MANY")}));

TEST(Validate, CountsCodePointsNotBytes) {
    std::string subject;
    for (int i = 0; i < 500; ++i) subject += "\xF0\x9F\x98\x80";
    EXPECT_EQ(verdict(kNewTicketType, R"({"subject":")" + subject + "\"}"), "");
}

TEST(Validate, ParametersOfAQuery) {
    const Field limit = opt("limit", integer(1, 200));
    EXPECT_TRUE(validate_parameter(limit, ""));
    EXPECT_TRUE(validate_parameter(limit, "200"));
    for (const auto* wrong : {"0", "201", "ten", "1x", "-1", "99999999999999999999"}) {
        const auto refused = validate_parameter(limit, wrong);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().details_json, R"("field":"limit","reason":"OUT_OF_RANGE")");
    }
    EXPECT_FALSE(validate_parameter(opt("status", one_of(kTicketStatus)), "shut"));
    EXPECT_TRUE(validate_parameter(opt("status", one_of(kTicketStatus)), "on_hold"));
    EXPECT_FALSE(validate_parameter(req("userId", kId), ""));
    EXPECT_FALSE(validate_parameter(opt("unread", kFlag), "maybe"));
}

TEST(Validate, FindsEventsByNamespace) {
    ASSERT_NE(client_event("/chat", "chat:message"), nullptr);
    EXPECT_EQ(client_event("/tickets", "chat:message"), nullptr);
    EXPECT_NE(client_event("/dashboard", "token:update"), nullptr);
    EXPECT_EQ(client_event("/nowhere", "ping"), nullptr);
}

TEST(Validate, CostsNextToNothingForTyping) {
    sio::json::Parser parser;
    const auto value = parser.parse_copy(R"({"ticketId":"ticket_01JDBV5Z8S0000000000000000"})");
    ASSERT_TRUE(value);
    constexpr int kRounds = 200'000;
    const auto begin = std::chrono::steady_clock::now();
    int good = 0;
    for (int i = 0; i < kRounds; ++i) good += validate(kStartTypingType, *value).has_value() ? 1 : 0;
    const auto each = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin) / kRounds;
    EXPECT_EQ(good, kRounds);
    RecordProperty("ns", std::to_string(each.count()));
    EXPECT_LT(each.count(), 5'000);  // generous: sanitizers and busy machines run this too
}

}  // namespace
}  // namespace desk::schema

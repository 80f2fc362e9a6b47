#include "desk/model/error.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

TEST(Error, EveryCodeIsReadBackFromItsName) {
    for (std::size_t i = 0; i < kErrorCodes; ++i) {
        const auto code = static_cast<ErrorCode>(i);
        EXPECT_EQ(error_code_from(to_string(code)), code);
        EXPECT_GE(info(code).http_status, 400);
        EXPECT_FALSE(info(code).message.empty());
    }
    EXPECT_FALSE(error_code_from("NO_SUCH_CODE").has_value());
}

TEST(Error, CarriesTheStatusOfTheRestInterface) {
    EXPECT_EQ(info(ErrorCode::RoomNotFound).http_status, 404);
    EXPECT_EQ(info(ErrorCode::CursorExpired).http_status, 410);
    EXPECT_EQ(info(ErrorCode::Unavailable).http_status, 503);
}

TEST(Error, WithoutDetailsHasNoDetailsMember) {
    EXPECT_EQ(to_socket_error(Error{ErrorCode::Forbidden, "user a, ticket t", {}}), R"({"code":"FORBIDDEN","message":"No access"})");
}

TEST(Error, DetailsAreEscaped) {
    const Error error = Error{ErrorCode::InvalidPayload, {}, {}}.with("field", "a\"b").with("limit", 7).because("TOO_LONG");
    EXPECT_EQ(error.details_json, R"("field":"a\"b","limit":7,"reason":"TOO_LONG")");
    EXPECT_NE(to_socket_error(error).find(R"("details":{"field":"a\"b","limit":7,"reason":"TOO_LONG"}})"), std::string::npos);
}

}  // namespace
}  // namespace desk

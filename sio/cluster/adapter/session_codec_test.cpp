#include "sio/cluster/adapter/session_codec.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sio/base/base64.hpp"
#include "sio/cluster/wire/document.hpp"

namespace sio::cluster {
namespace {

// As Node's streams adapter 0.3.1 wrote it: {sid, pid, rooms: [sid, "room"], data: {n: "client 0"}}.
constexpr std::string_view kSid = "aaaaaaaaaaaaaaaaaaaa";
constexpr std::string_view kPid = "bbbbbbbbbbbbbbbbbbbb";
constexpr std::string_view kOfNode =
    R"({"sid":"aaaaaaaaaaaaaaaaaaaa","pid":"bbbbbbbbbbbbbbbbbbbb","rooms":["aaaaaaaaaaaaaaaaaaaa","room"],"data":{"n":"client 0"}})";

std::string packed(std::string_view json) { return base64::encode(to_msgpack(json, {})); }

TEST(SessionCodec, ReadsSessionsOfNode) {
    const auto session = decode_session(packed(kOfNode), kPid);
    ASSERT_TRUE(session) << session.error().detail;
    EXPECT_EQ(session->sid, kSid);
    EXPECT_EQ(session->pid, kPid);
    EXPECT_EQ(session->rooms, std::vector<std::string>{"room"});
    EXPECT_EQ(session->described, R"({"n":"client 0"})");
}

TEST(SessionCodec, WritesThemAlike) {
    RecoverableSession session;
    session.sid = kSid;
    session.pid = kPid;
    session.rooms = {"room"};
    session.described = R"({"n":"client 0"})";
    EXPECT_EQ(encode_session(session), packed(kOfNode));
}

class SessionCodecRefuses : public ::testing::TestWithParam<const char*> {};

TEST_P(SessionCodecRefuses, Session) { EXPECT_FALSE(decode_session(packed(GetParam()), kPid)); }

INSTANTIATE_TEST_SUITE_P(Sessions, SessionCodecRefuses,
                         ::testing::Values("null", "[]", "{}", R"({"sid":"aaaaaaaaaaaaaaaaaaaa","rooms":[]})",
                                           R"({"sid":"aaaaaaaaaaaaaaaaaaaa","pid":"somebody else's","rooms":[]})",
                                           R"({"sid":"aaaaaaaaaaaaaaaaaaa","pid":"bbbbbbbbbbbbbbbbbbbb","rooms":[]})",
                                           R"({"sid":"aaaaaaaaaaaaaaaaaaaaa","pid":"bbbbbbbbbbbbbbbbbbbb","rooms":[]})",
                                           R"({"sid":"aaaaaaaaaa\naaaaaaaaa","pid":"bbbbbbbbbbbbbbbbbbbb","rooms":[]})",
                                           R"({"sid":"aaaaaaaaaaaaaaaaaaaa","pid":"bbbbbbbbbbbbbbbbbbbb","rooms":[7]})",
                                           R"({"sid":"aaaaaaaaaaaaaaaaaaaa","pid":"bbbbbbbbbbbbbbbbbbbb","rooms":{}})"));

RC_GTEST_PROP(SessionCodec, RefusesOrReadsAnyBytes, (const std::string& garbage)) {
    RC_ASSERT_FALSE(decode_session(garbage, kPid).has_value());
    RC_ASSERT_FALSE(decode_session(base64::encode(garbage), kPid).has_value());
}

}  // namespace
}  // namespace sio::cluster

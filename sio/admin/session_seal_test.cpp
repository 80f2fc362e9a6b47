#include "sio/admin/session_seal.hpp"

#include <gtest/gtest.h>

namespace sio::admin {
namespace {

constexpr std::int64_t kEnd = 1'900'000'000'000;

TEST(AdminSessionSeal, ASessionIsKnownUntilItsEnd) {
    const SessionSeal seal("admin", "hash");
    const auto session = seal.make(kEnd);
    EXPECT_TRUE(seal.valid(session, kEnd - 1));
    EXPECT_FALSE(seal.valid(session, kEnd));
    EXPECT_NE(session, seal.make(kEnd));
}

TEST(AdminSessionSeal, AnotherServerWithTheSamePasswordKnowsItAndNoOther) {
    const auto session = SessionSeal("admin", "hash").make(kEnd);
    EXPECT_TRUE(SessionSeal("admin", "hash").valid(session, 0));
    EXPECT_FALSE(SessionSeal("admin", "new hash").valid(session, 0));
    EXPECT_FALSE(SessionSeal("root", "hash").valid(session, 0));
}

TEST(AdminSessionSeal, NoByteOfItMayChange) {
    const SessionSeal seal("admin", "hash");
    const auto session = seal.make(kEnd);
    for (std::size_t i = 0; i < session.size(); ++i) {
        auto changed = session;
        changed[i] = changed[i] == '1' ? '2' : '1';
        EXPECT_FALSE(seal.valid(changed, 0)) << i;
        EXPECT_FALSE(seal.valid(session.substr(0, i), 0)) << i;
    }
    EXPECT_FALSE(seal.valid(session + "0", 0));
    EXPECT_FALSE(seal.valid(std::string(1'000'000, '-'), 0));
}

}  // namespace
}  // namespace sio::admin

#include "desk/cluster/message.hpp"

#include <gtest/gtest.h>

namespace desk::cluster {
namespace {

TEST(Message, ComesAsItWasWritten) {
    const std::string bytes = Message(3).text("acme").integer(-7).flag(true).text("").integer(1LL << 60).bytes();
    auto read = ReceivedMessage::read(bytes, 3);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->text(), "acme");
    EXPECT_EQ(read->integer(), -7);
    EXPECT_TRUE(read->flag());
    EXPECT_EQ(read->text(), "");
    EXPECT_EQ(read->integer(), 1LL << 60);
    EXPECT_EQ(read->left(), 0U);
    EXPECT_TRUE(read->good());
}

TEST(Message, OfAnotherVersionIsLeftAlone) {
    EXPECT_FALSE(ReceivedMessage::read(Message(2).text("acme").bytes(), 1).has_value());
    EXPECT_FALSE(ReceivedMessage::read("", 1).has_value());
    EXPECT_FALSE(ReceivedMessage::read("\x90", 1).has_value()) << "an array of nothing";
}

TEST(Message, WhatIsMissingOrOfAnotherKindMakesItBad) {
    auto read = ReceivedMessage::read(Message(1).text("acme").bytes(), 1);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->integer(), 0);
    EXPECT_FALSE(read->good());
    read = ReceivedMessage::read(Message(1).text("acme").bytes(), 1);
    read->text();
    EXPECT_TRUE(read->good());
    EXPECT_EQ(read->text(), "");
    EXPECT_FALSE(read->good());
}

TEST(Message, ItsHeadIsReadWithoutTheRest) {
    std::string bytes = Message(1).text("acme").integer(5).text("much more").bytes();
    bytes.resize(bytes.size() - 3);
    EXPECT_FALSE(ReceivedMessage::read(bytes, 1).has_value()) << "cut";
    auto read = ReceivedMessage::read(bytes, 1, 3);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->text(), "acme");
    EXPECT_EQ(read->integer(), 5);
    EXPECT_EQ(read->left(), 0U);
}

TEST(Message, HoldsTextsAndIntegersOnly) {
    EXPECT_FALSE(ReceivedMessage::read("\x92\x01\x90", 1).has_value()) << "an array in it";
    EXPECT_FALSE(ReceivedMessage::read("\x92\x01\xc0", 1).has_value()) << "nil";
    EXPECT_FALSE(ReceivedMessage::read("\x01", 1).has_value()) << "no array";
}

}  // namespace
}  // namespace desk::cluster

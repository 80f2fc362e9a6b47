#include "sio/cluster/adapter/requests.hpp"

#include <gtest/gtest.h>

namespace sio::cluster {
namespace {

using namespace std::chrono_literals;

/// What became of one question.
struct Outcome {
    int answers = 0;
    int ends = 0;
    std::size_t missing = 0;
    bool closed = false;
};

class RequestsTest : public ::testing::Test {
protected:
    std::string ask(std::size_t servers = 2) {
        return requests_.ask({.on_answer = [this](const Incoming&, std::span<const std::string>) { ++outcome_.answers; },
                              .on_end =
                                  [this](std::size_t missing, bool closed) {
                                      ++outcome_.ends;
                                      outcome_.missing = missing;
                                      outcome_.closed = closed;
                                  },
                              .servers = servers});
    }
    void answer(const std::string& id, Kind kind = Kind::Answer) {
        Incoming message;
        message.kind = kind;
        message.request_id = id;
        requests_.answer(message, {});
    }

    Requests requests_;
    Outcome outcome_;
};

TEST_F(RequestsTest, EndWithTheLastAnswerWhicheverIsKnownFirst) {
    const auto early = ask();
    answer(early);
    requests_.count_own(early);
    EXPECT_EQ(outcome_.ends, 0);
    requests_.expect(early, 2, 2);
    EXPECT_EQ(outcome_.ends, 1);
    EXPECT_EQ(outcome_.missing, 0U);

    const auto late = ask();
    requests_.expect(late, 2, 2);
    answer(late);
    EXPECT_EQ(outcome_.ends, 1);
    requests_.count_own(late);
    EXPECT_EQ(outcome_.ends, 2);
    EXPECT_TRUE(requests_.empty());
}

TEST_F(RequestsTest, AnswersAfterTheEndAndToOthersAreIgnored) {
    const auto id = ask();
    requests_.expect(id, 1, 1);
    answer(id);
    answer(id);
    answer("somebody else's");
    EXPECT_EQ(outcome_.answers, 1);
    EXPECT_EQ(outcome_.ends, 1);
}

TEST_F(RequestsTest, TellAtTheDeadlineHowManyAreMissing) {
    const runtime::TimePoint start{};
    const auto id = ask(3);
    EXPECT_EQ(requests_.expire(start), runtime::TimePoint::max());
    requests_.set_deadline(id, start + 10ms);
    answer(id);
    EXPECT_EQ(requests_.expire(start + 9ms), start + 10ms);
    EXPECT_EQ(outcome_.ends, 0);
    EXPECT_EQ(requests_.expire(start + 10ms), std::nullopt);
    EXPECT_EQ(outcome_.ends, 1);
    EXPECT_EQ(outcome_.missing, 2U);
    EXPECT_FALSE(outcome_.closed);
}

TEST_F(RequestsTest, AcknowledgementsOfClientsAreNoAnswersThatEndThem) {
    const auto id = ask();
    requests_.expect(id, 1, 1);
    answer(id, Kind::ClientCount);
    answer(id, Kind::ClientAck);
    EXPECT_EQ(outcome_.answers, 2);
    EXPECT_EQ(outcome_.ends, 0);
}

TEST_F(RequestsTest, CloseEndsAllOfThemOnce) {
    const auto one = ask();
    ask();
    requests_.close();
    EXPECT_EQ(outcome_.ends, 2);
    EXPECT_TRUE(outcome_.closed);
    answer(one);
    EXPECT_EQ(outcome_.answers, 0);
    EXPECT_TRUE(requests_.empty());
}

}  // namespace
}  // namespace sio::cluster

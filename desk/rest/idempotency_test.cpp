#include "desk/rest/idempotency.hpp"

#include <gtest/gtest.h>

#include "desk/store/doors.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk::rest {
namespace {

using store::Transaction;

class OnceTest : public testing::Test {
protected:
    /// One request; each that is done writes a log row and answers with its number.
    Answer ask(const std::string& hash, const std::string& holder = "ann", const std::string& org = "acme") {
        return store_
            ->write_and_wait(org, [&](Transaction& tx) { return once(tx, Idempotency{holder, "k", hash}, [&] { return act(tx); }); })
            .value();
    }
    Result<Answer> act(Transaction& tx) {
        EventRow row;
        row.name = "user:updated";
        row.subject_kind = SubjectKind::User;
        row.subject = "u";
        row.payload = "{}";
        tx.append(std::move(row));
        if (refusal_) return fail(Error(*refusal_));
        return Answer{201, std::to_string(++done_), false, {}};
    }

    store::testing::TempStore store_;
    std::optional<Error> refusal_;
    int done_ = 0;
};

TEST_F(OnceTest, TheSameRequestIsDoneOnceAndAnsweredAlike) {
    const Answer first = ask("h");
    EXPECT_EQ(first.status, 201);
    EXPECT_FALSE(first.replayed);
    const Answer second = ask("h");
    EXPECT_EQ(second.status, 201);
    EXPECT_EQ(second.body, first.body);
    EXPECT_TRUE(second.replayed);
    EXPECT_EQ(store_.take_rows().size(), 1U);
}

TEST_F(OnceTest, AnotherRequestWithTheKeyIsRefused) {
    ask("h");
    const Answer other = ask("i");
    EXPECT_EQ(other.status, 422);
    EXPECT_TRUE(other.body.contains("USED_FOR_ANOTHER_REQUEST")) << other.body;
    EXPECT_EQ(ask("h").status, 201);
    EXPECT_EQ(store_.take_rows().size(), 1U);
}

TEST_F(OnceTest, KeysOfOthersAreOthersKeys) {
    EXPECT_EQ(ask("h", "ann").body, "1");
    EXPECT_EQ(ask("h", "bo").body, "2");
    EXPECT_EQ(ask("h", "ann", "globex").body, "3");
}

TEST_F(OnceTest, ARefusalIsKeptAndWhatItWroteIsUndone) {
    refusal_ = Error{ErrorCode::Conflict}.because("EXISTS");
    const Answer first = ask("h");
    EXPECT_EQ(first.status, 409);
    EXPECT_TRUE(store_.take_rows().empty());
    refusal_.reset();
    const Answer second = ask("h");
    EXPECT_TRUE(second.replayed);
    EXPECT_EQ(second.body, first.body);
    EXPECT_TRUE(store_.take_rows().empty());
}

TEST_F(OnceTest, WhatMayPassWithTimeIsNotKept) {
    const auto refused = store_->write_and_wait("acme", [](Transaction& tx) {
        return once(tx, Idempotency{"ann", "k", "h"}, []() -> Result<Answer> { return fail(ErrorCode::Unavailable); });
    });
    EXPECT_FALSE(refused.has_value());
    EXPECT_EQ(ask("h").status, 201);
}

TEST_F(OnceTest, AFailedStatementOfOursLeavesTheRestOfTheCommand) {
    const auto done = store_->write_and_wait("acme", [](Transaction& tx) -> Result<int> {
        const auto part = tx.attempt([&]() -> Result<int> {
            constexpr store::sql::Sql kBad{"INSERT INTO users (org) VALUES ('acme')"};
            tx.session().run(kBad);
            return 1;
        });
        EXPECT_FALSE(part.has_value());
        EXPECT_FALSE(tx.session().failed());
        store::IdempotencyKeys(tx.session(), tx.org()).insert("ann", "k", {"h", 200, "{}"}, INT64_MAX);
        return 2;
    });
    EXPECT_EQ(done.value(), 2);
    EXPECT_TRUE(ask("h").replayed);
}

TEST_F(OnceTest, WhatMustNotBeStoredIsNot) {
    const auto secret = [&] {
        return store_
            ->write_and_wait("acme",
                             [](Transaction& tx) {
                                 return once(tx, Idempotency{"ann", "k", "h"},
                                             []() -> Result<Answer> { return Answer{201, "secret", false, "none"}; });
                             })
            .value();
    };
    EXPECT_EQ(secret().body, "secret");
    EXPECT_EQ(secret().body, "none");
}

TEST(RunningKeys, AKeyRunsOnceAtATime) {
    RunningKeys keys;
    const Idempotency request{"ann", "k", "h"};
    auto place = keys.enter("acme", request);
    EXPECT_TRUE(place);
    EXPECT_FALSE(keys.enter("acme", request));
    EXPECT_TRUE(keys.enter("acme", {"bo", "k", "h"}));
    EXPECT_TRUE(keys.enter("globex", request));
    place.reset();
    EXPECT_TRUE(keys.enter("acme", request));
}

TEST(ReadIdempotency, TakesVisibleCharactersOnly) {
    const auto read = [](std::string_view key, std::string_view body = "{}") {
        sio::http::Request request;
        request.target = "/v1/tickets";
        request.body = body;
        request.headers = {{"idempotency-key", key}};
        return read_idempotency(request, "ann");
    };
    EXPECT_EQ(read("a-b").value()->key, "a-b");
    EXPECT_EQ(read("a-b").value()->hash, read("other").value()->hash);
    EXPECT_NE(read("a-b").value()->hash, read("a-b", "[]").value()->hash);
    const std::string longest(kMaxIdempotencyKey, 'x');
    EXPECT_TRUE(read(longest).has_value());
    for (const std::string& bad : {std::string(), longest + "x", std::string("a b"), std::string("\xc3\xa4")}) {
        EXPECT_EQ(read(bad).error().code, ErrorCode::InvalidPayload) << bad;
    }
    EXPECT_FALSE(read_idempotency({}, "ann").value().has_value());
}

}  // namespace
}  // namespace desk::rest

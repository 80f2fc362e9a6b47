#include "desk/auth/key_fetcher.hpp"

#include <gtest/gtest.h>

#include <future>

#include "desk/auth/http_download.hpp"
#include "desk/auth/testing/craft_token.hpp"

namespace desk::auth {
namespace {

using namespace testing;
using namespace std::chrono_literals;

std::string set_of(std::string_view id) {
    // RFC 7515 appendix A.3 gives this P-256 key.
    return R"({"keys":[{"kty":"EC","crv":"P-256","kid":")" + std::string(id) +
           R"(","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
}

/// A server whose every answer the test gives by hand.
class Server {
public:
    using Answer = std::expected<Download::Document, std::string>;

    Answer get() {
        std::unique_lock lock(mutex_);
        ++asked_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return cancelled_ || !answers_.empty(); });
        if (cancelled_) return std::unexpected("cancelled");
        auto answer = std::move(answers_.front());
        answers_.erase(answers_.begin());
        return answer;
    }
    void cancel() {
        const std::scoped_lock lock(mutex_);
        cancelled_ = true;
        changed_.notify_all();
    }
    void answer(Answer answer) {
        const std::scoped_lock lock(mutex_);
        answers_.push_back(std::move(answer));
        changed_.notify_all();
    }
    /// Waits for the n-th request.
    void asked(int n) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return asked_ >= n; });
    }
    int requests() {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Answer> answers_;
    int asked_ = 0;
    bool cancelled_ = false;
};

struct ByHand final : Download {
    explicit ByHand(Server& its) : server(its) {}
    Server::Answer get() override { return server.get(); }
    void cancel() override { server.cancel(); }
    Server& server;
};

class KeyFetcherTest : public ::testing::Test {
protected:
    KeyFetcherTest() {
        verifier_.set_source(fetcher_);
        fetcher_.start();
        server_.asked(1);
    }

    static std::string token(std::string_view id) { return craft_hmac(R"({"alg":"ES256","kid":")" + std::string(id) + R"("})", kAnn); }
    std::string reason(std::string_view id) { return std::string(to_string(verifier_.verify(token(id), kNow * 1000).error().reason)); }

    /// Waits until what was asked for such a token has ended.
    bool await(std::string_view id) {
        std::promise<void> done;
        if (!verifier_.await_key_of(token(id), [&] { done.set_value(); })) return false;
        done.get_future().wait();
        return true;
    }

    sio::NullLog log_;
    Server server_;
    TokenVerifier verifier_{KeySet()};
    KeyFetcher fetcher_{verifier_, std::make_unique<ByHand>(server_), 1h, "test", log_};
};

TEST_F(KeyFetcherTest, BeforeTheFirstKeysNothingIsSaidOfAToken) {
    EXPECT_EQ(reason("a"), "NO_KEYS");
    EXPECT_FALSE(verifier_.has_keys());
    EXPECT_EQ(to_error(verifier_.verify(token("a"), 0).error()).code, ErrorCode::Unavailable);
    EXPECT_FALSE(verifier_.verify(token("a"), 0).error().suspicious());
}

TEST_F(KeyFetcherTest, ATokenWaitsForTheFetchUnderWay) {
    std::promise<void> fetched;
    ASSERT_TRUE(verifier_.await_key_of(token("a"), [&] { fetched.set_value(); }));
    server_.answer(Download::Document{set_of("a"), {}});
    fetched.get_future().wait();
    EXPECT_EQ(reason("a"), "SIGNATURE") << "the key is there";
    EXPECT_EQ(server_.requests(), 1);
}

TEST_F(KeyFetcherTest, AnUnknownKeyIsFetchedOnceHoweverManyAskForIt) {
    server_.answer(Download::Document{set_of("a"), {}});
    await("a");
    ASSERT_EQ(reason("a"), "SIGNATURE");
    EXPECT_EQ(reason("b"), "UNKNOWN_KEY");
    std::atomic<int> done = 0;
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(verifier_.await_key_of(token("b"), [&] { ++done; }));
    server_.asked(2);
    server_.answer(Download::Document{set_of("b"), {}});
    while (done < 100) std::this_thread::yield();
    EXPECT_EQ(reason("b"), "SIGNATURE");
    EXPECT_EQ(reason("a"), "UNKNOWN_KEY") << "dropped from the set";
    EXPECT_FALSE(await("a")) << "once a minute";
    EXPECT_EQ(server_.requests(), 2);
}

TEST_F(KeyFetcherTest, KnownKeysAndOtherAlgorithmsAskForNothing) {
    server_.answer(Download::Document{set_of("a"), {}});
    await("a");
    EXPECT_FALSE(await("a"));
    const auto ask = [&](std::string_view some) { return verifier_.await_key_of(some, [] {}); };
    EXPECT_FALSE(ask(craft_hmac(R"({"alg":"HS256","kid":"b"})", kAnn)));
    EXPECT_FALSE(ask(craft_hmac(R"({"alg":"none","kid":"b"})", kAnn)));
    EXPECT_FALSE(ask(craft_hmac(R"({"alg":"RS256","kid":"a"})", kAnn))) << "a known key under another algorithm";
    EXPECT_FALSE(ask(craft_hmac(R"({"alg":"ES256"})", kAnn))) << "no kid: the keys there are were tried";
    EXPECT_FALSE(ask(craft_hmac(R"({"alg":"ES256","kid":"b","crit":[]})", kAnn)));
    EXPECT_FALSE(ask("rubbish"));
    EXPECT_FALSE(ask(""));
    EXPECT_EQ(server_.requests(), 1);
    EXPECT_TRUE(ask(craft_hmac(R"({"alg":"RS256","kid":"b"})", kAnn))) << "a rotation may change the algorithm too";
}

TEST_F(KeyFetcherTest, ABadAnswerLeavesTheKeysThereAre) {
    server_.answer(Download::Document{set_of("a"), {}});
    await("a");
    auto waiting = std::async(std::launch::async, [&] { return await("b"); });
    server_.asked(2);
    server_.answer(Download::Document{R"({"keys":[]})", {}});
    EXPECT_TRUE(waiting.get());
    EXPECT_EQ(reason("a"), "SIGNATURE");
    EXPECT_EQ(reason("b"), "UNKNOWN_KEY");
}

TEST_F(KeyFetcherTest, AFailureIsTriedAgainByItself) {
    server_.answer(std::unexpected("connection refused"));
    server_.answer(Download::Document{set_of("a"), {}});
    server_.asked(2);
    while (!verifier_.has_keys()) std::this_thread::yield();
    EXPECT_EQ(reason("a"), "SIGNATURE");
}

TEST_F(KeyFetcherTest, TheOperatorCanHaveThemFetched) {
    server_.answer(Download::Document{set_of("a"), {}});
    await("a");
    fetcher_.refresh();
    server_.asked(2);
    server_.answer(Download::Document{set_of("b"), {}});
    while (reason("b") != "SIGNATURE") std::this_thread::yield();
}

TEST_F(KeyFetcherTest, StoppingDropsWhoWaits) {
    const auto alive = std::make_shared<int>(1);
    EXPECT_TRUE(verifier_.await_key_of(token("a"), [alive] { FAIL() << "nothing was fetched"; }));
    EXPECT_EQ(alive.use_count(), 2);
    fetcher_.stop();
    EXPECT_EQ(alive.use_count(), 1);
    EXPECT_FALSE(verifier_.await_key_of(token("a"), [] {}));
}

TEST(KeysFromUrl, LeavesOutSecretsAndUnfitKeys) {
    const auto keys = keys_from_url(R"({"keys":[{"kty":"oct","kid":"s","k":"c2VjcmV0"},{"kty":"RSA","kid":"w","n":"AQ","e":"AQAB"},)" +
                                    set_of("good").substr(9));
    ASSERT_TRUE(keys) << keys.error().detail;
    ASSERT_EQ(keys->keys().size(), 1U);
    EXPECT_EQ(keys->keys().front().id(), "good");
    EXPECT_FALSE(keys_from_url(R"({"keys":[{"kty":"oct","kid":"s","k":"c2VjcmV0"}]})"));
}

TEST(KeyRing, ReadersSeeOneWholeSetAtATime) {
    const auto one = KeySet::from_jwks(set_of("one")).value();
    const auto other = KeySet::from_jwks(set_of("other")).value();
    KeyRing ring(one);
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> readers;
    for (int t = 0; t < 3; ++t) {
        readers.emplace_back([&] {
            while (!stop) {
                const auto& id = ring.current().keys().front().id();
                if (id != "one" && id != "other") ++wrong;
            }
        });
    }
    for (int i = 0; i < 1000; ++i) ring.replace(i % 2 == 0 ? other : one);
    ring.replace(other);
    EXPECT_EQ(ring.current().keys().front().id(), "other");
    stop = true;
    readers.clear();
    EXPECT_EQ(wrong, 0);
}

TEST(LoggableUrl, HasNeitherUserNorQuery) {
    EXPECT_EQ(loggable_url("https://id.example/keys?code=s3cret#x"), "https://id.example/keys");
    EXPECT_EQ(loggable_url("http://me:s3cret@id.example:8080/a/@b"), "http://id.example:8080/a/@b");
    EXPECT_EQ(loggable_url("https://id.example"), "https://id.example");
    EXPECT_EQ(loggable_url("nonsense"), "");
}

}  // namespace
}  // namespace desk::auth

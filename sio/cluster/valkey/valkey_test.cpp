#include "sio/cluster/valkey/valkey.hpp"

#include <gtest/gtest.h>

#include "sio/cluster/testing/client.hpp"

namespace sio::cluster {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using testing::Entries;
using testing::Heard;
using testing::impatient;
using testing::ValkeyServer;

TEST(Valkey, AnswersCommandsInOrder) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    std::vector<std::string> answers;
    const auto note = [&](Result<Value> answer) { answers.push_back(answer ? answer->text : answer.error().detail); };
    client.valkey->command({"SET", "k", "v"}, note);
    client.valkey->command({"GET", "k"}, note);
    client.valkey->command({"NONSENSE"}, note);
    client.valkey->command({"ECHO", std::string("a\0\r\n", 4)}, note);
    ASSERT_TRUE(client.turn_until([&] { return answers.size() == 4; }));
    EXPECT_EQ(answers[0], "OK");
    EXPECT_EQ(answers[1], "v");
    EXPECT_TRUE(answers[2].starts_with("ERR unknown command")) << answers[2];
    EXPECT_EQ(answers[3], std::string("a\0\r\n", 4));
    EXPECT_EQ(client.valkey->stats().commands, 3u);
    EXPECT_EQ(client.valkey->stats().failures, 1u);
    EXPECT_EQ(client.valkey->stats().waiting_bytes, 0u);
}

TEST(Valkey, RunsScriptsByDigestAlsoAfterTheServerForgotThem) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    static constexpr Script kAppend{"return redis.call('APPEND', KEYS[1], ARGV[1])"};
    EXPECT_EQ(client.run(kAppend, {"k"}, {"ab"})->integer, 2);
    EXPECT_EQ(client.run(kAppend, {"k"}, {"cd"})->integer, 4);
    EXPECT_NE(server.ask({"INFO", "commandstats"}).find("cmdstat_evalsha:calls=1"), std::string::npos);
    ASSERT_EQ(server.ask({"SCRIPT", "FLUSH"}), "+OK\r\n");
    EXPECT_EQ(client.run(kAppend, {"k"}, {"ef"})->integer, 6);
    EXPECT_EQ(client.ask({"GET", "k"})->text, "abcdef");
}

TEST(Valkey, SubscribesToChannelsPatternsAndShards) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    Heard channel;
    Heard pattern;
    Heard shard;
    client.valkey->subscribe(Valkey::Subscription::Channel, "news", channel);
    client.valkey->subscribe(Valkey::Subscription::Pattern, "ne*", pattern);
    client.valkey->subscribe(Valkey::Subscription::Shard, "news", shard);
    ASSERT_TRUE(client.turn_until([&] { return channel.subscribed + pattern.subscribed + shard.subscribed == 3; }));
    client.ask({"PUBLISH", "news", "one"});
    client.ask({"SPUBLISH", "news", "two"});
    ASSERT_TRUE(client.turn_until([&] { return channel.messages.size() + pattern.messages.size() + shard.messages.size() == 3; }));
    EXPECT_EQ(channel.messages, std::vector<std::string>{"news=one"});
    EXPECT_EQ(pattern.messages, std::vector<std::string>{"news=one"});
    EXPECT_EQ(shard.messages, std::vector<std::string>{"news=two"});
}

TEST(Valkey, UnsubscribedListenersHearNothingWhileOthersDo) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    Heard goes;
    Heard stays;
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", goes);
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", stays);
    ASSERT_TRUE(client.turn_until([&] { return goes.subscribed == 1 && stays.subscribed == 1; }));
    client.valkey->unsubscribe(Valkey::Subscription::Channel, "c", goes);
    client.ask({"PUBLISH", "c", "x"});
    ASSERT_TRUE(client.turn_until([&] { return !stays.messages.empty(); }));
    EXPECT_TRUE(goes.messages.empty());

    client.valkey->unsubscribe(Valkey::Subscription::Channel, "c", stays);
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", goes);
    ASSERT_TRUE(client.turn_until([&] { return goes.subscribed == 2; }));
    EXPECT_EQ(client.ask({"PUBLISH", "c", "y"})->integer, 1);
    ASSERT_TRUE(client.turn_until([&] { return !goes.messages.empty(); }));
    EXPECT_EQ(stays.messages.size(), 1u);
}

TEST(Valkey, ReadsAStreamFromItsEndOn) {
    ValkeyServer server;
    server.ask({"XADD", "s", "*", "f", "before"});
    Client client(impatient(server.url()));
    Entries entries;
    client.valkey->read_stream("s", entries);
    ASSERT_TRUE(client.turn_until([&] { return entries.readings == 1; }));
    std::vector<std::string> wanted;
    for (int i = 0; i < 250; ++i) {
        wanted.push_back(std::to_string(i));
        client.valkey->command({"XADD", "s", "*", "f", wanted.back()});
    }
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() >= wanted.size(); }));
    EXPECT_EQ(entries.values, wanted);
    EXPECT_EQ(entries.gaps, 0);
}

TEST(Valkey, AStreamIsReadOnOverACutConnection) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    Entries entries;
    client.valkey->read_stream("s", entries);
    ASSERT_TRUE(client.turn_until([&] { return entries.readings == 1; }));
    client.ask({"XADD", "s", "*", "f", "1"});
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() == 1; }));
    server.ask({"CLIENT", "KILL", "TYPE", "normal"});
    server.ask({"XADD", "s", "*", "f", "2"});
    server.ask({"XADD", "s", "*", "f", "3"});
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() >= 3; }));
    EXPECT_EQ(entries.values, (std::vector<std::string>{"1", "2", "3"}));
    EXPECT_EQ(entries.gaps, 0);
}

TEST(Valkey, AStreamThatWasTrimmedMeanwhileSaysSo) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    Entries entries;
    client.valkey->read_stream("s", entries);
    ASSERT_TRUE(client.turn_until([&] { return entries.readings == 1; }));
    server.ask({"CLIENT", "KILL", "TYPE", "normal"});
    for (int i = 0; i < 5; ++i) server.ask({"XADD", "s", "MAXLEN", "2", "*", "f", std::to_string(i)});
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() >= 2; }));
    EXPECT_EQ(entries.values, (std::vector<std::string>{"3", "4"}));
    EXPECT_EQ(entries.gaps, 1);
}

TEST(Valkey, ReadsAStreamOnFromItsNewStartAfterARestartWithoutData) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    Entries entries;
    client.valkey->read_stream("s", entries);
    ASSERT_TRUE(client.turn_until([&] { return entries.readings == 1; }));
    server.ask({"XADD", "s", "500-1", "f", "old"});
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() == 1; }));
    server.kill();
    server.start();
    server.ask({"XADD", "s", "7-1", "f", "new"});  // an id below the last one given
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() >= 2; }));
    EXPECT_EQ(entries.values, (std::vector<std::string>{"old", "new"}));
    EXPECT_EQ(entries.gaps, 1);
    EXPECT_EQ(entries.from, "0-0");
}

TEST(Valkey, ComesBackToARestartedServer) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    Heard heard;
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", heard);
    std::vector<bool> changes;
    client.valkey->on_change([&](bool up) { changes.push_back(up); });
    ASSERT_TRUE(client.connect());
    ASSERT_TRUE(client.turn_until([&] { return heard.subscribed == 1; }));
    server.kill();
    ASSERT_TRUE(client.turn_until([&] { return !client.valkey->connected(); }));

    std::optional<Result<Value>> later;
    client.valkey->command_later({"PUBLISH", "c", "after"}, [&](Result<Value> answer) { later = std::move(answer); });
    const auto impatient_answer = client.ask({"GET", "k"});
    ASSERT_FALSE(impatient_answer);
    EXPECT_EQ(impatient_answer.error().code, ErrorCode::Timeout);
    EXPECT_FALSE(later);

    server.start();
    ASSERT_TRUE(client.turn_until([&] { return later.has_value(); }));
    EXPECT_TRUE(later->has_value());
    ASSERT_TRUE(client.turn_until([&] { return heard.subscribed == 2; }));
    EXPECT_EQ(changes, (std::vector<bool>{true, false, true}));
    EXPECT_GT(client.valkey->stats().reconnects, 0u);
}

TEST(Valkey, AFrozenServerIsNoticedByAllConnections) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    Heard heard;
    Entries entries;
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", heard);
    client.valkey->read_stream("s", entries);
    ASSERT_TRUE(client.turn_until([&] { return heard.subscribed == 1 && entries.readings == 1; }));
    ASSERT_TRUE(client.connect());
    server.freeze();
    const auto unanswered = client.ask({"PING"});
    ASSERT_FALSE(unanswered);
    EXPECT_EQ(unanswered.error().code, ErrorCode::Closed);
    ASSERT_TRUE(client.turn_until([&] { return client.valkey->stats().reconnects >= 3; }));
    server.thaw();
    EXPECT_TRUE(client.turn_until([&] { return heard.subscribed >= 2 && entries.readings >= 2 && client.valkey->connected(); }));
}

TEST(Valkey, RefusesWhatIsMoreThanMayWait) {
    ValkeyOptions options = impatient("redis://127.0.0.1:1");
    options.max_waiting_bytes = 1'000;
    Client client(options);
    std::vector<ErrorCode> errors;
    const auto note = [&](Result<Value> answer) { errors.push_back(answer.error().code); };
    client.valkey->command_later({"SET", "k", std::string(600, 'x')}, note);
    client.valkey->command({"SET", "k", std::string(600, 'x')}, note);
    EXPECT_TRUE(errors.empty());
    ASSERT_TRUE(client.turn_until([&] { return errors.size() == 1; }));
    EXPECT_EQ(errors, std::vector<ErrorCode>{ErrorCode::TooLarge});
    client.valkey.reset();
    EXPECT_EQ(errors, (std::vector<ErrorCode>{ErrorCode::TooLarge, ErrorCode::Closed}));
}

TEST(Valkey, MayBeDestroyedByWhatItCalls) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    int closed = 0;
    bool answered = false;
    client.valkey->command({"PING"}, [&](Result<Value>) {
        answered = true;
        client.valkey.reset();
    });
    client.valkey->command({"PING"}, [&](Result<Value> answer) { closed += !answer && answer.error().code == ErrorCode::Closed ? 1 : 0; });
    ASSERT_TRUE(client.turn_until([&] { return answered; }));
    EXPECT_EQ(closed, 1);
    client.loop.turn();
}

/// Does something at its first message or entry.
struct Once final : Valkey::Listener, Valkey::StreamListener {
    void on_message(std::string_view, std::string_view) override { act(); }
    void on_subscribed() override { ready = true; }
    void on_entry(std::string_view, const std::vector<Value>&) override { act(); }
    void on_reading(std::string_view, bool) override { ready = true; }
    void act() {
        ++calls;
        if (const auto doing = std::exchange(action, nullptr)) doing();
    }

    std::function<void()> action;
    bool ready = false;
    int calls = 0;
};

TEST(Valkey, ListenersMayLeaveOrEndItFromWithinACall) {
    ValkeyServer server;
    Client client(impatient(server.url()));
    Once leaves;
    Once ends;
    Once reads;
    Heard stays;
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", leaves);
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", stays);
    client.valkey->read_stream("s", reads);
    ASSERT_TRUE(client.turn_until([&] { return leaves.ready && stays.subscribed == 1 && reads.ready; }));
    leaves.action = [&] { client.valkey->unsubscribe(Valkey::Subscription::Channel, "c", leaves); };
    reads.action = [&] { client.valkey->stop_reading("s", reads); };
    server.ask({"PUBLISH", "c", "1"});
    server.ask({"PUBLISH", "c", "2"});
    server.ask({"XADD", "s", "*", "f", "1"});
    server.ask({"XADD", "s", "*", "f", "2"});
    ASSERT_TRUE(client.turn_until([&] { return stays.messages.size() == 2 && reads.calls == 1; }));
    EXPECT_EQ(leaves.calls, 1);

    ends.action = [&] { client.valkey.reset(); };
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", ends);
    ASSERT_TRUE(client.turn_until([&] { return ends.ready; }));
    server.ask({"PUBLISH", "c", "3"});
    server.ask({"PUBLISH", "c", "4"});
    ASSERT_TRUE(client.turn_until([&] { return client.valkey == nullptr; }));
    client.loop.turn();
    EXPECT_EQ(ends.calls, 1);
    EXPECT_EQ(stays.messages.size(), 3u);
    EXPECT_EQ(reads.calls, 1);
}

TEST(Valkey, TriesTheNextAddressWhenOneDoesNotAnswer) {
    ValkeyServer server;
    Client client(impatient("redis://127.0.0.1:1,127.0.0.1:" + std::to_string(server.port())));
    EXPECT_EQ(client.ask({"PING"})->text, "PONG");
}

TEST(Valkey, PassesAsAnAclUser) {
    ValkeyServer server;
    ASSERT_EQ(server.ask({"ACL", "SETUSER", "desk", "on", ">p@ss:w", "~*", "&*", "+@all"}), "+OK\r\n");
    Client wrong(impatient("redis://desk:no@127.0.0.1:" + std::to_string(server.port())));
    Client right(impatient("redis://desk:p%40ss%3Aw@127.0.0.1:" + std::to_string(server.port())));
    EXPECT_EQ(right.ask({"ACL", "WHOAMI"})->text, "desk");
    EXPECT_EQ(wrong.ask({"PING"}).error().code, ErrorCode::Timeout);
    EXPECT_FALSE(wrong.valkey->connected());
}

TEST(Valkey, ThreadsMayCallFromAnywhere) {
    ValkeyServer server;
    runtime::Loop loop;
    NullLog log;
    auto valkey = std::make_unique<Valkey>(loop, impatient(server.url()), log);
    std::thread runner([&] { loop.run(); });
    std::atomic<int> answers{0};
    {
        std::vector<std::thread> callers;
        for (int i = 0; i < 3; ++i) {
            callers.emplace_back([&] {
                for (int k = 0; k < 200; ++k) {
                    valkey->command({"INCR", "n"}, [&](Result<Value> answer) {
                        if (answer && ++answers == 600) loop.stop();
                    });
                }
            });
        }
        for (auto& caller : callers) caller.join();
    }
    runner.join();
    EXPECT_EQ(answers, 600);
    EXPECT_EQ(server.ask({"GET", "n"}), "$3\r\n600\r\n");
    valkey.reset();
}

}  // namespace
}  // namespace sio::cluster

#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sio/cluster/testing/valkey_server.hpp"
#include "sio/cluster/valkey/valkey.hpp"
#include "sio/runtime/testing/peer.hpp"

namespace sio::cluster::testing {

/// Runs turns until `done` or for twenty seconds; gives whether it was done.
inline bool turn_long_until(runtime::Loop& loop, const std::function<bool()>& done) {
    runtime::Loop* const only = &loop;
    return runtime::testing::turn_until({&only, 1}, done, std::chrono::seconds(20));
}

/// Short pauses, for tests.
inline ValkeyOptions impatient(const std::string& url) {
    ValkeyOptions options = ValkeyOptions::parse(url).value();
    options.connect_timeout = std::chrono::milliseconds(2'000);
    options.answer_timeout = std::chrono::milliseconds(1'000);
    options.retry_min = std::chrono::milliseconds(5);
    options.retry_max = std::chrono::milliseconds(50);
    return options;
}

struct Heard final : Valkey::Listener {
    void on_message(std::string_view channel, std::string_view payload) override {
        messages.push_back(std::string(channel) + '=' + std::string(payload));
    }
    void on_subscribed() override { ++subscribed; }

    std::vector<std::string> messages;
    int subscribed = 0;
};

struct Entries final : Valkey::StreamListener {
    void on_entry(std::string_view id, const std::vector<Value>& fields) override {
        ids.emplace_back(id);
        values.push_back(fields.size() == 2 ? fields[1].text : "?");
    }
    void on_reading(std::string_view id, bool trimmed) override {
        ++readings;
        gaps += trimmed ? 1 : 0;
        from = id;
    }

    std::vector<std::string> ids;
    std::vector<std::string> values;
    std::string from;
    int readings = 0;
    int gaps = 0;
};

/// A client on a loop that the test turns.
struct Client {
    explicit Client(ValkeyOptions options) : valkey(std::make_unique<Valkey>(loop, std::move(options), log)) {}

    bool turn_until(const std::function<bool()>& done) { return turn_long_until(loop, done); }
    bool connect() {
        return turn_until([&] { return valkey->connected(); });
    }
    /// Waits for the answer.
    Result<Value> ask(std::vector<std::string> words) {
        std::optional<Result<Value>> answer;
        valkey->command(std::move(words), [&](Result<Value> got) { answer = std::move(got); });
        if (!turn_until([&] { return answer.has_value(); })) return fail(ErrorCode::Timeout, "the client does not answer");
        return std::move(*answer);
    }
    Result<Value> run(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments) {
        std::optional<Result<Value>> answer;
        valkey->run(script, std::move(keys), std::move(arguments), [&](Result<Value> got) { answer = std::move(got); });
        if (!turn_until([&] { return answer.has_value(); })) return fail(ErrorCode::Timeout, "the client does not answer");
        return std::move(*answer);
    }

    runtime::Loop loop;
    NullLog log;
    std::unique_ptr<Valkey> valkey;
};

}  // namespace sio::cluster::testing

#include "desk/app/readiness.hpp"

#include <utility>

#include "sio/base/json_writer.hpp"

namespace desk::app {
namespace {

constexpr std::chrono::seconds kKeep{1};

rest::Answer status(int code, std::string_view text) {
    std::string json;
    sio::json::Writer(json).begin_object().field("status", text).end_object();
    return {code, std::move(json)};
}

rest::Answer unavailable(std::string_view part, const std::string& details_json) {
    std::string json;
    sio::json::Writer w(json);
    w.begin_object().field("status", "unavailable").field("part", part);
    if (!details_json.empty()) w.field("details", sio::json::Raw{'{' + details_json + '}'});
    w.end_object();
    return {503, std::move(json)};
}

}  // namespace

void Readiness::answer(const sio::http::Request& request, rest::Reply reply) {
    const State state = state_;
    if (state == State::Starting) return reply.send(status(503, "starting"));
    if (state == State::Draining) return reply.send(status(request.parameter("draining") == "404" ? 404 : 503, "draining"));
    if (!has_keys_()) return reply.send(unavailable("keys", {}));
    {
        const std::scoped_lock lock(mutex_);
        if (known_ && Clock::now() - known_at_ < kKeep) return reply.send(*known_);
        waiting_.push_back(std::move(reply));
        if (waiting_.size() > 1) return;
    }
    store_.probe([this](const std::optional<Error>& failure) { tried(failure); });
}

void Readiness::tried(const std::optional<Error>& failure) {
    std::vector<rest::Reply> waiting;
    const rest::Answer answer = failure       ? unavailable("store", failure->details_json)
                                : degraded_() ? rest::Answer{200, R"({"status":"degraded","part":"valkey"})"}
                                              : status(200, "ready");
    {
        const std::scoped_lock lock(mutex_);
        waiting = std::exchange(waiting_, {});
        known_ = answer;
        known_at_ = Clock::now();
    }
    for (rest::Reply& reply : waiting) reply.send(answer);
}

}  // namespace desk::app

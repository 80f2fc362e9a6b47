#include "desk/cluster/shared_buckets.hpp"

#include <utility>

#include "sio/runtime/loop.hpp"

namespace desk::cluster {

namespace {

// KEYS: bucket; ARGV: tokens that come back in a second, burst. Milliseconds to wait, or 0. What is used comes back with time, so a bucket
// that nobody asks is full, and forgotten.
constexpr sio::cluster::Script kTake{R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rate, burst = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2])
local known = redis.call('HMGET', KEYS[1], 'used', 'at')
local used = tonumber(known[1] or 0)
used = math.max(0, used - math.max(0, now - tonumber(known[2] or now)) * rate)
if used + 1 > burst then return math.max(1, math.floor((used + 1 - burst) / rate) + 1) end
used = used + 1
redis.call('HSET', KEYS[1], 'used', string.format('%.6f', used), 'at', string.format('%d', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(used / rate))
return 0
)lua"};

}  // namespace

SharedBuckets::SharedBuckets(sio::cluster::Valkey& valkey, std::string name, std::chrono::milliseconds patience)
    : valkey_(valkey),
      name_(std::move(name)),
      patience_(patience),
      loop_(valkey.loop()),
      timer_([](void* self) { static_cast<SharedBuckets*>(self)->late(); }, this),
      resident_(*this, loop_) {}

void SharedBuckets::take(std::string_view org, std::string_view user, const RateLimit& limit, Answer answer) {
    std::string key = "insightdesk:" + name_;
    key.append(":{").append(org).append(1, ':').append(user).append(1, '}');
    resident_.run([key = std::move(key), limit, answer = std::move(answer)](SharedBuckets& buckets) mutable {
        buckets.ask(std::move(key), limit, std::move(answer));
    });
}

void SharedBuckets::ask(std::string key, const RateLimit& limit, Answer answer) {
    if (!valkey_.connected()) return answer(std::nullopt);
    const auto asked = waiting_.emplace_back(std::make_shared<Asked>(loop_.now() + patience_, std::move(answer)));
    if (!timer_.armed()) loop_.arm(timer_, asked->until);
    valkey_.run(kTake, {std::move(key)}, {std::to_string(limit.per_second()), std::to_string(limit.burst)},
                [asked](const sio::Result<sio::cluster::Value>& said) {
                    auto tell = std::exchange(asked->answer, {});
                    if (tell) tell(said ? std::optional(said->integer) : std::nullopt);
                });
}

void SharedBuckets::late() {
    while (!waiting_.empty() && (!waiting_.front()->answer || waiting_.front()->until <= loop_.now())) {
        const auto first = std::move(waiting_.front());
        waiting_.pop_front();
        auto tell = std::exchange(first->answer, {});
        if (tell) tell(std::nullopt);
    }
    if (!waiting_.empty()) loop_.arm(timer_, waiting_.front()->until);
}

}  // namespace desk::cluster

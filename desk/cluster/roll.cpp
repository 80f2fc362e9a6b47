#include "desk/cluster/roll.hpp"

#include <algorithm>
#include <charconv>
#include <future>
#include <utility>

#include "desk/cluster/roll_scripts.hpp"
#include "sio/runtime/loop.hpp"

namespace desk::cluster {

namespace {

using sio::cluster::Value;

constexpr std::chrono::seconds kHandOverWait{1};
constexpr char kTopicEnd = '/';

/// The part of `text` up to `end`, which it loses.
std::string_view cut(std::string_view& text, char end) {
    const auto at = text.find(end);
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return part;
}

std::string full_key(std::string_view topic, std::string_view key) {
    std::string full;
    full.reserve(topic.size() + 1 + key.size());
    return full.append(topic).append(1, kTopicEnd).append(key);
}

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

Roll::Roll(sio::cluster::Valkey& valkey, RollOptions options, sio::Log& log)
    : valkey_(valkey),
      options_(std::move(options)),
      log_(log),
      loop_(valkey.loop()),
      book_([this](const std::string& key, const Shares& shares, Why why, bool ours) { dispatch(key, shares, why, ours); }),
      timer_([](void* self) { static_cast<Roll*>(self)->tick(); }, this),
      resident_(*this, loop_) {}

Roll::~Roll() {
    if (subscribed_ || timer_.armed()) valkey_.unsubscribe(sio::cluster::Valkey::Subscription::Channel, options_.name, *this);
}

void Roll::hear(std::string topic, RollListener& listener) { topics_.push_back({std::move(topic) + kTopicEnd, &listener}); }

void Roll::begin() {
    valkey_.on_change(resident_.callback([](Roll& roll, bool connected) {
        if (connected)
            roll.enter();
        else
            roll.away();
    }));
    valkey_.subscribe(sio::cluster::Valkey::Subscription::Channel, options_.name, *this);
    loop_.arm_after(timer_, std::min(options_.sweep, options_.lease / 3));
}

void Roll::put(std::string_view topic, std::string_view key, std::string payload, Why why) {
    if (handed_over_.load(std::memory_order_relaxed)) return;
    resident_.run([full = full_key(topic, key), payload = std::move(payload), why](Roll& roll) mutable {
        roll.book_.put(full, std::move(payload), why, roll.state_ != State::InTouch);
        roll.flush();
    });
}

void Roll::look(std::string_view topic, std::string_view key, std::move_only_function<void(const Shares&)> done) {
    resident_.run([full = full_key(topic, key), done = std::move(done)](const Roll& roll) mutable { done(roll.book_.shares(full)); });
}

void Roll::hand_over() {
    if (handed_over_.exchange(true)) return;
    auto done = std::make_shared<std::promise<void>>();
    auto answered = done->get_future();
    resident_.run([done = std::move(done)](Roll& roll) {
        if (roll.state_ != State::InTouch) return done->set_value();
        const auto ms = std::to_string(roll.options_.handover.count());
        roll.valkey_.run(roll_scripts::kHandOver, {roll.options_.name}, {roll.lease_, ms}, [done](const auto&) { done->set_value(); });
    });
    answered.wait_for(kHandOverWait);
}

Roll::Stats Roll::stats() const {
    return {.in_touch = in_touch_,
            .keys = keys_,
            .leases = lease_count_,
            .lapses = lapses_,
            .claimed = claimed_,
            .removed = removed_,
            .loads = loads_};
}

void Roll::run(const sio::cluster::Script& script, std::vector<std::string> arguments, std::function<void(const Value&)> done) {
    valkey_.run(script, {options_.name}, std::move(arguments),
                resident_.callback([round = round_, done = std::move(done)](Roll& roll, const sio::Result<Value>& answer) {
                    if (roll.round_ != round) return;
                    if (answer) return done(*answer);
                    roll.log_.warn("the roll's server of Valkey did not answer",
                                   {{"why", to_string(answer.error().code)}, {"detail", answer.error().detail}});
                    roll.away();
                }));
}

void Roll::on_subscribed() {
    subscribed_ = true;
    enter();
}

void Roll::away() {
    if (state_ == State::InTouch) log_.warn("who is on the other servers is not heard any more, and stays as it was");
    state_ = State::Away;
    ++round_;
    telling_ = false;
    in_touch_ = false;
}

void Roll::lapse() {
    ++lapses_;
    log_.warn("the server's lease was lost, taking a new one", {{"lease", lease_}});
    leaving_.push_back(std::exchange(lease_, {}));
    enter();
}

// What is heard from here on is either in what is loaded, or after it.
void Roll::enter() {
    if (!subscribed_ || handed_over_.load(std::memory_order_relaxed)) return;
    state_ = State::Entering;
    in_touch_ = false;
    ++round_;
    telling_ = false;
    held_.clear();
    if (lease_.empty()) {
        lease_ = options_.server + '.' + std::to_string(++incarnation_);
        run(roll_scripts::kEnter, {lease_, std::to_string(options_.lease.count())}, [](const Value&) {});
    }
    run(roll_scripts::kLoad, {lease_}, [this](const Value& all) { loaded(all); });
}

void Roll::loaded(const Value& all) {
    if (all[0].integer == 0) return lapse();
    ++loads_;
    std::vector<RollBook::Loaded> found;
    std::vector<Lease> known = std::exchange(leases_, {});
    for (std::size_t i = 2; i + 1 < all.elements.size(); i += 2) {
        const std::string& name = all[i].text;
        const auto before = std::ranges::find(known, name, &Lease::name);
        if (before != known.end()) {
            before->awaited_until.reset();
            leases_.push_back(std::move(*before));
            known.erase(before);
        }
        RollBook::Loaded& each = found.emplace_back(RollBook::Loaded{id_of(name), {}});
        const auto& fields = all[i + 1].elements;
        for (std::size_t j = 0; j + 1 < fields.size(); j += 2) each.shares.emplace_back(fields[j].text, fields[j + 1].text);
    }
    // Claimed meanwhile, or forgotten by Valkey: in that case their servers are about to be back, and nobody is to notice.
    std::vector<LeaseId> awaited;
    for (Lease& each : known) {
        if (!each.awaited_until) each.awaited_until = loop_.now() + options_.lease;
        awaited.push_back(each.id);
        leases_.push_back(std::move(each));
    }
    seen_ = due_ = all[1].integer;
    state_ = State::InTouch;
    in_touch_ = true;
    in_touch_since_ = loop_.now();
    book_.replace(std::move(found), awaited);
    for (const std::string& message : std::exchange(held_, {})) hear_message(message);
    flush();
}

void Roll::on_message(std::string_view, std::string_view payload) {
    if (state_ == State::Entering)
        held_.emplace_back(payload);
    else if (state_ == State::InTouch)
        hear_message(payload);
}

void Roll::hear_message(std::string_view payload) {
    if (state_ != State::InTouch) return;
    const std::int64_t seq = number(cut(payload, ' '));
    if (seq <= seen_) return;
    // Something was lost.
    if (seq > seen_ + 1) return enter();
    seen_ = seq;
    const std::string_view lease = cut(payload, ' ');
    const bool ours = cut(payload, '\n') == lease_;
    if (lease == lease_ && !ours && !handed_over_.load(std::memory_order_relaxed)) return lapse();
    while (!payload.empty()) hear_line(cut(payload, '\n'), lease, ours);
    count();
}

void Roll::hear_line(std::string_view line, std::string_view lease, bool ours) {
    if (line == ".") {
        if (const auto found = std::ranges::find(leases_, lease, &Lease::name); found != leases_.end()) {
            const LeaseId id = found->id;
            leases_.erase(found);
            book_.end(id, ours);
        }
        return;
    }
    const auto why = static_cast<Why>(line.front());
    line.remove_prefix(1);
    const std::string_view key = cut(line, '\t');
    book_.apply(id_of(lease), key, std::string(line), why, ours);
}

void Roll::dispatch(const std::string& key, const Shares& shares, Why why, bool ours) {
    for (const Topic& each : topics_) {
        if (key.starts_with(each.prefix)) {
            each.listener->changed(std::string_view(key).substr(each.prefix.size()), shares, why, ours);
            return;
        }
    }
}

LeaseId Roll::id_of(std::string_view name) {
    if (name == lease_) return kOwnLease;
    if (const auto found = std::ranges::find(leases_, name, &Lease::name); found != leases_.end()) return found->id;
    return leases_.emplace_back(Lease{++last_id_, std::string(name), {}}).id;
}

void Roll::flush() {
    if (state_ != State::InTouch || telling_) return;
    const auto lines = book_.next(options_.batch);
    if (lines.empty()) {
        for (std::string& former : std::exchange(leaving_, {})) run(roll_scripts::kLeave, {std::move(former)}, [](const Value&) {});
        return count();
    }
    std::vector<std::string> arguments{lease_};
    arguments.reserve(1 + 3 * lines.size());
    for (const auto& [key, payload, why] : lines) {
        arguments.push_back(key);
        arguments.push_back(payload);
        arguments.emplace_back(1, static_cast<char>(why));
    }
    telling_ = true;
    run(roll_scripts::kPut, std::move(arguments), [this](const Value& held) {
        telling_ = false;
        if (held.integer == 0) return lapse();
        flush();
    });
}

void Roll::tick() {
    loop_.arm_after(timer_, std::min(options_.sweep, options_.lease / 3));
    if (state_ == State::Away && valkey_.connected()) enter();
    if (state_ != State::InTouch) return;
    // What Valkey has said before the last renewal has long come, or was lost on the way.
    if (seen_ < due_) return enter();
    end_awaited();
    // After an outage the others are about to come back, too.
    const bool may_claim = loop_.now() >= in_touch_since_ + options_.lease;
    run(roll_scripts::kKeep, {lease_, std::to_string(options_.lease.count()), may_claim ? "1" : "0", std::to_string(options_.batch)},
        [this](const Value& answer) { kept(answer); });
}

void Roll::kept(const Value& answer) {
    if (answer[0].integer == 0) {
        if (!handed_over_.load(std::memory_order_relaxed)) lapse();
        return;
    }
    due_ = answer[1].integer;
    servers_.clear();
    for (const Value& each : answer[5].elements) servers_.push_back(each.text.substr(0, each.text.find('.')));
    claimed_ += static_cast<std::uint64_t>(answer[2].integer);
    removed_ += static_cast<std::uint64_t>(answer[3].integer);
    if (answer[2].integer > 0) log_.warn("claimed what servers left whose lease has ended", {{"servers", answer[2].integer}});
    if (answer[3].integer > 0 && answer[4].integer > 0) loop_.arm_after(timer_, std::chrono::milliseconds(0));
    count();
}

void Roll::end_awaited() {
    std::vector<LeaseId> over;
    std::erase_if(leases_, [&](const Lease& each) {
        if (!each.awaited_until || *each.awaited_until > loop_.now()) return false;
        over.push_back(each.id);
        return true;
    });
    for (const LeaseId each : over) book_.end(each, true);
}

void Roll::count() {
    keys_ = book_.size();
    lease_count_ = servers_.size();
}

}  // namespace desk::cluster

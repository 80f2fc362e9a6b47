#include "desk/cluster/leases.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "sio/runtime/loop.hpp"

namespace desk::cluster {

namespace {

// KEYS: lease, number, in one slot; ARGV: server, ms, number. Whether the lease is the server's now, and the greatest number.
constexpr sio::cluster::Script kTake{R"lua(
local holder = redis.call('GET', KEYS[1])
local number = redis.call('GET', KEYS[2]) or '0'
if holder and holder ~= ARGV[1] then return {0, number} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if tonumber(ARGV[3]) > tonumber(number) then number = ARGV[3] end
redis.call('SET', KEYS[2], number, 'EX', 86400)
return {1, number}
)lua"};
constexpr sio::cluster::Script kLetGo{R"lua(
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
)lua"};

}  // namespace

Leases::Leases(sio::cluster::Valkey& valkey, LeaseOptions options)
    : valkey_(valkey),
      options_(std::move(options)),
      loop_(valkey.loop()),
      timer_([](void* self) { static_cast<Leases*>(self)->renew(); }, this),
      resident_(*this, loop_) {}

void Leases::want(std::string name, Told told) {
    resident_.run([name = std::move(name), told = std::move(told)](Leases& leases) mutable {
        leases.wanted_.insert_or_assign(name, Wanted{std::move(told), 0, ++leases.last_});
        leases.ask(name);
        if (!leases.timer_.armed()) leases.loop_.arm_after(leases.timer_, leases.options_.renewal);
    });
}

void Leases::let_go(const std::string& name) {
    resident_.run([name](Leases& leases) {
        if (leases.wanted_.erase(name) == 0) return;
        leases.valkey_.run(kLetGo, {leases.options_.prefix + '{' + name + '}'}, {leases.options_.server});
    });
}

void Leases::note(const std::string& name, std::int64_t number) {
    resident_.run([name, number](Leases& leases) {
        if (const auto found = leases.wanted_.find(name); found != leases.wanted_.end())
            found->second.number = std::max(found->second.number, number);
    });
}

void Leases::ask(const std::string& name) {
    const Wanted& wanted = wanted_.at(name);
    const std::string key = options_.prefix + '{' + name + '}';
    valkey_.run(
        kTake, {key, key + ":number"}, {options_.server, std::to_string(options_.lease.count()), std::to_string(wanted.number)},
        resident_.callback([name, id = wanted.id, asked = loop_.now()](Leases& leases, const sio::Result<sio::cluster::Value>& answer) {
            leases.answered(name, id, asked, answer);
        }));
}

void Leases::answered(const std::string& name, std::uint64_t id, Time asked, const sio::Result<sio::cluster::Value>& answer) {
    const auto found = wanted_.find(name);
    if (found == wanted_.end() || found->second.id != id) return;
    // Nobody knows who has it: everybody sees to themselves, until it is asked for again.
    if (!answer) return found->second.told(Time::max(), found->second.number);
    const bool held = (*answer)[0].integer == 1;
    std::int64_t& number = found->second.number;
    number = std::max<std::int64_t>(number, std::atoll((*answer)[1].text.c_str()));
    found->second.told(held ? asked + options_.lease : Time::min(), number);
}

void Leases::renew() {
    if (wanted_.empty()) return;
    loop_.arm_after(timer_, options_.renewal);
    if (!valkey_.connected()) {
        for (const auto& [name, wanted] : wanted_) wanted.told(Time::max(), wanted.number);
        return;
    }
    for (const auto& [name, wanted] : wanted_) ask(name);
}

}  // namespace desk::cluster

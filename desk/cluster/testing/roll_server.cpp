#include "desk/cluster/testing/roll_server.hpp"

#include <algorithm>

namespace desk::cluster::testing {

void Heard::changed(std::string_view key, const Shares& shares, Why, bool is_ours) {
    std::vector<std::string> payloads;
    for (const Share& each : shares) payloads.push_back(each.payload);
    std::ranges::sort(payloads);
    std::string text;
    for (const std::string& each : payloads) text += (text.empty() ? "" : "+") + each;
    ours += is_ours ? 1 : 0;
    changes.push_back(std::string(key) + '=' + text);
    if (text.empty())
        state.erase(std::string(key));
    else
        state[std::string(key)] = std::move(text);
}

RollServer::RollServer(const std::string& url, RollOptions options)
    : valkey(std::make_unique<sio::cluster::Valkey>(loop, sio::cluster::testing::impatient(url), log)),
      roll(std::make_unique<Roll>(*valkey, std::move(options), log)) {
    roll->hear("t", heard);
    roll->begin();
}

void RollServer::die() {
    roll.reset();
    valkey.reset();
}

bool turn_until(const RollServers& servers, const std::function<bool()>& done) {
    std::vector<sio::runtime::Loop*> loops;
    for (RollServer* each : servers) loops.push_back(&each->loop);
    return sio::runtime::testing::turn_until(loops, done, std::chrono::minutes(1));
}

}  // namespace desk::cluster::testing

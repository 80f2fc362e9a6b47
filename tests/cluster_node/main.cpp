// sio-cluster-node: one server of a cluster over Valkey, driven from outside by tests/cluster/adapter-*.test.mjs.
#include <chrono>
#include <future>
#include <iostream>
#include <string_view>

#include "control.hpp"
#include "sio/cluster/adapters.hpp"
#include "sio/runtime/listener.hpp"
#include "tests/program.hpp"

namespace {

constexpr std::string_view kUsage =
    "usage: sio-cluster-node --valkey URL [--adapter pubsub|sharded|streams] [--port N] [--loops N] [--recovery MS] [--requests-timeout "
    "MS]\n"
    "                        [--specific-response yes] [--emitters yes]\n";

sio::AdapterFactory adapter(sio::cluster::Valkey& valkey, const program::Arguments& given) {
    sio::cluster::AdapterOptions common;
    common.requests_timeout = given.ms("requests-timeout", 5'000);
    const auto kind = given.text("adapter", "pubsub");
    if (kind == "sharded") return sio::cluster::sharded_adapter(valkey, {common});
    if (kind == "streams") {
        sio::cluster::StreamsOptions options{common};
        options.listen_to_emitters = given.has("emitters");
        return sio::cluster::streams_adapter(valkey, options);
    }
    sio::cluster::PubSubOptions options{common};
    options.publish_on_specific_response_channel = given.has("specific-response");
    return sio::cluster::pubsub_adapter(valkey, options);
}

}  // namespace

int main(int argc, char** argv) {
    const program::Signals signals;
    const program::Arguments given(argc, argv, kUsage);
    auto where = sio::cluster::ValkeyOptions::parse(given.text("valkey"));
    if (!where) {
        std::cerr << where.error().detail << '\n' << kUsage;
        return 2;
    }
    where->retry_min = std::chrono::milliseconds(20);
    where->retry_max = std::chrono::milliseconds(200);
    sio::runtime::LoopGroup loops(given.number("loops", 2));
    sio::NullLog log;
    auto valkey = std::make_unique<sio::cluster::Valkey>(loops.at(0), *where, log);

    sio::Options options;
    options.retain_auth = true;
    options.adapter = adapter(*valkey, given);
    if (given.has("recovery")) {
        options.connection_state_recovery.emplace();
        options.connection_state_recovery->max_disconnection_duration = given.ms("recovery", 0);
    }
    sio::Server io(loops, options);
    add_control(io);
    const auto port = io.listen({.port = static_cast<std::uint16_t>(given.number("port", 0))});
    if (!port) {
        std::cerr << port.error().detail << '\n';
        return 1;
    }
    io.start();
    loops.start();
    std::cout << "listening on http://127.0.0.1:" << *port << std::endl;
    signals.wait();
    io.close();
    std::promise<void> gone;
    loops.at(0).post([&] {
        valkey.reset();
        gone.set_value();
    });
    gone.get_future().wait();
    loops.stop();
}

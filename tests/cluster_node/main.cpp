// sio-cluster-node: one server of a cluster over Valkey, driven from outside by tests/cluster/adapter-*.test.mjs.
#include <csignal>
#include <cstdlib>
#include <future>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include "control.hpp"
#include "sio/cluster/adapters.hpp"
#include "sio/runtime/listener.hpp"

namespace {

constexpr std::string_view kUsage =
    "usage: sio-cluster-node --valkey URL [--adapter pubsub|sharded|streams] [--port N] [--loops N] [--recovery MS] [--requests-timeout "
    "MS]\n"
    "                        [--specific-response yes] [--emitters yes]\n";

using Values = std::map<std::string, std::string, std::less<>>;

Values values_of(int argc, char** argv) {
    Values values;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i];
        if (!name.starts_with("--") || i + 1 == argc) {
            std::cerr << kUsage;
            std::exit(2);
        }
        values[std::string(name.substr(2))] = argv[i + 1];
    }
    return values;
}

unsigned number(const Values& values, std::string_view name, unsigned otherwise) {
    const auto found = values.find(name);
    return found == values.end() ? otherwise : static_cast<unsigned>(std::stoul(found->second));
}

sio::AdapterFactory adapter(sio::cluster::Valkey& valkey, const Values& values) {
    sio::cluster::AdapterOptions common;
    common.requests_timeout = std::chrono::milliseconds(number(values, "requests-timeout", 5'000));
    const auto kind = values.contains("adapter") ? values.at("adapter") : "pubsub";
    if (kind == "sharded") return sio::cluster::sharded_adapter(valkey, {common});
    if (kind == "streams") {
        sio::cluster::StreamsOptions options{common};
        options.listen_to_emitters = values.contains("emitters");
        return sio::cluster::streams_adapter(valkey, options);
    }
    sio::cluster::PubSubOptions options{common};
    options.publish_on_specific_response_channel = values.contains("specific-response");
    return sio::cluster::pubsub_adapter(valkey, options);
}

}  // namespace

int main(int argc, char** argv) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const auto values = values_of(argc, argv);
    auto where = sio::cluster::ValkeyOptions::parse(values.contains("valkey") ? values.at("valkey") : "");
    if (!where) {
        std::cerr << where.error().detail << '\n' << kUsage;
        return 2;
    }
    where->retry_min = std::chrono::milliseconds(20);
    where->retry_max = std::chrono::milliseconds(200);
    sio::runtime::LoopGroup loops(number(values, "loops", 2));
    sio::NullLog log;
    auto valkey = std::make_unique<sio::cluster::Valkey>(loops.at(0), *where, log);

    sio::Options options;
    options.retain_auth = true;
    options.adapter = adapter(*valkey, values);
    if (values.contains("recovery")) {
        options.connection_state_recovery.emplace();
        options.connection_state_recovery->max_disconnection_duration = std::chrono::milliseconds(number(values, "recovery", 0));
    }
    sio::Server io(loops, options);
    add_control(io);
    const auto port = io.listen({.port = static_cast<std::uint16_t>(number(values, "port", 0))});
    if (!port) {
        std::cerr << port.error().detail << '\n';
        return 1;
    }
    io.start();
    loops.start();
    std::cout << "listening on http://127.0.0.1:" << *port << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
    io.close();
    std::promise<void> gone;
    loops.at(0).post([&] {
        valkey.reset();
        gone.set_value();
    });
    gone.get_future().wait();
    loops.stop();
}

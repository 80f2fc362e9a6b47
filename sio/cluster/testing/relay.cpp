#include "sio/cluster/testing/relay.hpp"

#include <future>
#include <utility>
#include <vector>

#include "sio/runtime/connector.hpp"

namespace sio::cluster::testing {

/// One connection through the relay.
struct Relay::Pair {
    struct End final : runtime::StreamHandler {
        explicit End(Pair& owner) : pair(owner) {}
        std::size_t on_data(char* data, std::size_t size) override {
            if (pair.stalled) return size;
            End& other = this == &pair.client ? pair.server : pair.client;
            if (!other.stream) return 0;
            other.stream->send(std::string_view(data, size));
            return size;
        }
        void on_closed(runtime::CloseCause) override {
            if (!pair.stalled) pair.close();
        }

        Pair& pair;
        std::unique_ptr<runtime::Stream> stream;
    };

    Pair(std::unique_ptr<runtime::Stream> accepted, std::uint16_t target) : client(*this), server(*this) {
        client.stream = std::move(accepted);
        client.stream->set_handler(&client);
        connector = std::make_unique<runtime::Connector>(client.stream->loop(), "127.0.0.1", target, nullptr, std::chrono::seconds(5),
                                                         [this](Result<std::unique_ptr<runtime::Stream>> stream) {
                                                             if (!stream) return close();
                                                             server.stream = std::move(*stream);
                                                             server.stream->set_handler(&server);
                                                             server.stream->start();
                                                             client.stream->start();
                                                         });
    }
    void close() {
        if (client.stream) client.stream->abort();
        if (server.stream) server.stream->abort();
    }

    End client;
    End server;
    std::unique_ptr<runtime::Connector> connector;
    bool stalled = false;
};

struct Relay::Parts {
    /// Runs `call` on the relay's loop and waits for it.
    template <class Call>
    void on_loop(Call call) {
        std::promise<void> done;
        loops.at(0).post([&] {
            call();
            done.set_value();
        });
        done.get_future().wait();
    }

    runtime::LoopGroup loops{1};
    std::vector<std::unique_ptr<Pair>> pairs;
    bool broken = false;
    bool stalled = false;
    std::unique_ptr<runtime::Listener> listener;
};

Relay::Relay(std::uint16_t target, std::shared_ptr<runtime::TlsContext> tls) : parts_(std::make_unique<Parts>()) {
    runtime::ListenOptions options;
    options.tls = std::move(tls);
    Parts& parts = *parts_;
    parts.listener = runtime::Listener::open(parts.loops, std::move(options), [&parts, target](std::unique_ptr<runtime::Stream> stream) {
                         if (parts.broken) return;
                         parts.pairs.push_back(std::make_unique<Pair>(std::move(stream), target));
                         parts.pairs.back()->stalled = parts.stalled;
                     }).value();
    parts.loops.start();
}

Relay::~Relay() {
    parts_->on_loop([this] { parts_->pairs.clear(); });
    parts_->loops.stop();
    parts_->pairs.clear();
    parts_->listener.reset();
}

std::uint16_t Relay::port() const { return parts_->listener->port(); }

void Relay::cut() {
    parts_->on_loop([this] {
        parts_->broken = true;
        parts_->pairs.clear();
    });
}

void Relay::stall() {
    parts_->on_loop([this] {
        parts_->stalled = true;
        for (const auto& pair : parts_->pairs) pair->stalled = true;
    });
}

void Relay::mend() {
    parts_->on_loop([this] { parts_->broken = parts_->stalled = false; });
}

}  // namespace sio::cluster::testing

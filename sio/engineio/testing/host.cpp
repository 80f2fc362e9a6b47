#include "sio/engineio/testing/host.hpp"

#include <future>

namespace sio::engineio::testing {

class Host::Echo final : public SessionHandler {
public:
    Echo(Host& host, Session& session) : host_(host), session_(session) {}
    void on_message(MessageType type, std::string_view data) override {
        if (type == MessageType::Binary) return session_.send(binary_packet(data));
        if (data == "close me") return session_.close();
        session_.send(text_packet('4' + std::string(data)));
    }
    void on_close(CloseReason reason) override {
        host_.closed(reason);
        delete this;
    }

private:
    Host& host_;
    Session& session_;
};

Host::Host(Options options, unsigned loops) : loops_(loops) {
    options.path = "/engine.io/";
    engine_ = std::make_unique<Server>(loops_, std::move(options),
                                       [this](Session& session) -> SessionHandler* { return new Echo(*this, session); });
    router_.add("/engine.io", *engine_);
    http_ = std::make_unique<http::Server>(router_, http::Limits{});
    listener_ =
        runtime::Listener::open(loops_, {}, [this](std::unique_ptr<runtime::Stream> stream) { http_->serve(std::move(stream)); }).value();
    loops_.start();
}

Host::~Host() {
    close_sessions();
    listener_->close();
    loops_.stop();
    listener_.reset();
    engine_.reset();
    http_.reset();
}

std::string Host::open_polling(Client& client, const std::string& target) {
    const std::string body = client.get(target).body;
    const std::size_t at = body.find("\"sid\":\"") + 7;
    return target + "&sid=" + body.substr(at, 20);
}

std::string Host::websocket_target(std::string polling_target) {
    const std::size_t at = polling_target.find("polling");
    return polling_target.replace(at, 7, "websocket");
}

std::string Host::next_close() {
    std::unique_lock lock(mutex_);
    if (!ended_.wait_for(lock, std::chrono::minutes(1), [&] { return !reasons_.empty(); })) return {};
    std::string reason = reasons_.front();
    reasons_.erase(reasons_.begin());
    return reason;
}

void Host::closed(CloseReason reason) {
    const std::scoped_lock lock(mutex_);
    reasons_.emplace_back(to_string(reason));
    ended_.notify_all();
}

void Host::close_sessions() {
    for (unsigned i = 0; i < loops_.size(); ++i) {
        std::promise<void> done;
        loops_.at(i).post([&, i] {
            engine_->close_sessions(loops_.at(i));
            done.set_value();
        });
        done.get_future().wait();
    }
}

void Host::on_loop(const std::function<void(runtime::Loop&)>& task) {
    std::promise<void> done;
    loops_.at(0).post([&] {
        task(loops_.at(0));
        done.set_value();
    });
    done.get_future().wait();
}

}  // namespace sio::engineio::testing

#pragma once

#include <string>
#include <string_view>

#include "sio/cluster/adapter/carrier.hpp"
#include "sio/cluster/wire/classic.hpp"

namespace sio::cluster {

/// Hears the stock emitter beside another carrier (protocol 2.4): its messages only, for those of classic servers are not for us.
/// Thread: open any, the rest Valkey's loop.
class EmitterEars {
public:
    EmitterEars(Valkey& valkey, std::string_view key, std::string_view nsp) : valkey_(valkey), channels_(key, nsp, classic::kEmitter) {}

    void open(Receiver& receiver);
    void close();

private:
    void on_broadcast(std::string_view channel, std::string_view payload);
    void on_request(std::string_view payload);

    Valkey& valkey_;
    classic::Channels channels_;
    Receiver* receiver_ = nullptr;
    bool subscribed_ = false;
    DocumentReader reader_;
    Ear broadcasts_{[this](std::string_view channel, std::string_view payload) { on_broadcast(channel, payload); }};
    Ear requests_{[this](std::string_view, std::string_view payload) { on_request(payload); },
                  [this] {
                      if (std::exchange(subscribed_, true)) receiver_->on_gap();
                  }};
};

}  // namespace sio::cluster

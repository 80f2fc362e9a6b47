#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sio/cluster/adapter/member.hpp"
#include "sio/cluster/adapter/streams_carrier.hpp"
#include "sio/socketio/adapter.hpp"

namespace sio::cluster {

/// A client's return to its session (protocol 2.3): the session is fetched from Valkey, what stands in the stream behind the client's
/// offset is read, and the rest of it comes live. The seam between the two is what the stream's reader has given so far: entries up to
/// there are missed ones, later ones reach the socket's loop after it has joined its rooms. Thread: Valkey's loop, but for its making.
class Restoring : public std::enable_shared_from_this<Restoring> {
public:
    /// `home` is the loop of the socket, on which `callback` runs.
    Restoring(std::shared_ptr<Member> member, StreamsCarrier& carrier, std::string session_key, std::string pid, std::string offset,
              runtime::Loop& home, Adapter::RestoreCallback callback);
    /// `keep` is called with a session whose taker has gone.
    void start(std::function<void(RecoverableSession)> keep);

private:
    void on_session(const Result<Value>& answer);
    void on_offset(const Result<Value>& answer);
    void read_on();
    void on_page(const Result<Value>& answer);
    void finish();
    std::vector<EncodedEvent> missed();
    void give_up() { tell(std::nullopt); }
    void tell(std::optional<RestoredSession> restored);

    std::shared_ptr<Member> member_;
    StreamsCarrier& carrier_;
    std::string session_key_;
    std::string pid_;
    std::string offset_;
    runtime::Loop& home_;
    Adapter::RestoreCallback callback_;
    std::function<void(RecoverableSession)> keep_;
    std::optional<RecoverableSession> session_;
    std::vector<KeptEntry> entries_;
    std::size_t bytes_ = 0;
    std::size_t pages_ = 0;
    std::optional<std::list<StreamsCarrier::Tap>::iterator> tap_;
};

}  // namespace sio::cluster

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "sio/cluster/valkey/kept_link.hpp"
#include "sio/cluster/valkey/stream_id.hpp"
#include "sio/cluster/valkey/valkey.hpp"

namespace sio::cluster {

/// Reads one stream on a connection of its own. Thread: the loop.
///
/// It looks (XINFO STREAM) where the stream stands when the connection is new, after each batch that was full, and after each blocking
/// read that gave nothing; in between it reads with BLOCK. A look sets the place to start from, finds what was trimmed, and finds that the
/// stream began anew.
class StreamReader final : KeptLink::User {
public:
    StreamReader(ValkeyContext& context, std::unique_ptr<Directory> directory, std::string name, Valkey::StreamListener& listener);
    ~StreamReader() = default;

    void start() { link_.start(); }
    void renew(const Error& error) { link_.renew(error); }
    /// The listener hears nothing any more.
    void stop();
    const std::string& name() const { return name_; }
    bool listens(const Valkey::StreamListener& listener) const { return listener_ == &listener; }

private:
    /// What XINFO STREAM says of a stream. One that is not there is as empty as one can be.
    struct Look {
        bool exists = false;
        StreamId last;  // ever added
        std::int64_t length = 0;
        std::int64_t added = 0;  // ever
    };
    enum class Waiting : std::uint8_t { Nothing, Look, Read };

    void on_up() override;
    void on_value(Value value) override;
    void on_down(const Error& error) override;
    void look();
    void read();
    void on_look(const Value& value);
    void on_entries(const Value& value);
    void go_on_from(const Look& at);
    bool began_anew(const Look& at) const;
    void give(const Value& entry);
    void retry_later(const std::string& why);

    ValkeyContext& context_;
    std::unique_ptr<Directory> directory_;
    const std::string name_;
    Valkey::StreamListener* listener_;
    KeptLink link_;
    runtime::Timer patience_;  // for an answer, or before the next try
    Waiting waiting_ = Waiting::Nothing;
    bool started_ = false;    // position_ stands
    bool announced_ = false;  // on this connection
    StreamId position_;       // of the last entry given
    std::int64_t given_ = 0;  // entries ever added to the stream up to position_, as far as known
    std::deque<StreamId> recent_;
    std::string last_refusal_;  // that the log has heard of
};

}  // namespace sio::cluster

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sio/http/exchange.hpp"
#include "sio/http/head_scanner.hpp"
#include "sio/http/message.hpp"
#include "sio/http/server.hpp"
#include "sio/runtime/loop.hpp"
#include "sio/runtime/stream.hpp"
#include "sio/runtime/timer.hpp"

namespace sio::http {

class Shard;

/// One HTTP connection: reads requests one after the other, has each served, writes its answer. Bytes behind a request stay unread in the
/// stream until it is answered. Owned by its shard; it asks for its own burial and lives until the end of the turn.
/// Thread: the loop of its shard.
class Connection final : public runtime::StreamHandler {
public:
    Connection(Shard& shard, std::unique_ptr<runtime::Stream> stream);
    ~Connection() override;

    void start();
    /// Ends the connection if no request is under way.
    void drain();

    std::size_t on_data(char* data, std::size_t size) override;
    void on_drained() override;
    void on_closed(runtime::CloseCause cause) override;

    // What its exchange is told.
    void respond(Response response);
    void move_to(runtime::Loop& loop);
    std::unique_ptr<runtime::Stream> take_stream();
    void abort();

    Shard& shard() { return shard_; }

private:
    friend class Shard;

    enum class Phase : std::uint8_t {
        Idle,      ///< no byte of a request yet
        Head,      ///< part of a head is unread in the stream
        Body,      ///< the handler knows the head
        Waiting,   ///< the handler has the whole request
        Dropping,  ///< answered before the body came
        Closing,   ///< the stream writes what is left and closes
        Gone,      ///< the stream is dead or given away; waits for burial
    };

    std::size_t take_head(std::string_view bytes);
    std::size_t take_body(std::string_view bytes);
    bool is_clogged();
    void begin(std::string_view head, std::string_view behind);
    void serve_head(std::string_view behind);
    void serve_whole();
    void refuse(const Refusal& refusal);
    void refuse_body(const Refusal& refusal);
    void tell_aborted(Handler::Abort why);
    void after_answer();
    void finish_exchange();
    void close(runtime::Clock::duration linger);
    void bury();
    void arm(std::chrono::milliseconds delay);
    void on_timeout();
    void on_idle_timeout();

    Shard& shard_;
    std::unique_ptr<runtime::Stream> stream_;
    std::unique_ptr<PendingExchange> exchange_;
    runtime::Loop* destination_ = nullptr;
    runtime::Timer timer_;
    std::size_t index_ = 0;   // in the shard
    std::size_t unsent_ = 0;  // at the last idle time-out
    HeadScanner scanner_;
    Phase phase_ = Phase::Idle;
    bool in_handler_ = false;
    bool close_after_ = false;  // the answer
    bool clogged_ = false;      // reading waits for output to leave
};

}  // namespace sio::http

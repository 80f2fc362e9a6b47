#pragma once

#include <utility>

#include "sio/runtime/stream.hpp"

namespace sio::runtime {

/// A call from a stream into its handler, which may destroy or detach the stream: gone() tells. Calls of one stream nest.
class Stream::Call {
public:
    explicit Call(Stream& stream) : stream_(&stream), outer_(std::exchange(stream.call_, this)) {}
    ~Call() {
        if (stream_ != nullptr) stream_->call_ = outer_;
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    bool gone() const { return stream_ == nullptr; }
    /// Tells every call under way.
    static void lose(Stream& stream) {
        for (Call* call = std::exchange(stream.call_, nullptr); call != nullptr; call = call->outer_) call->stream_ = nullptr;
    }

private:
    Stream* stream_;
    Call* outer_;
};

}  // namespace sio::runtime

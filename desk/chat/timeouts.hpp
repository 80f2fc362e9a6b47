#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "desk/chat/lifecycle.hpp"
#include "desk/store/store.hpp"
#include "sio/base/log.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::chat {

/// Ends the conversations whose time is over (domain.md 3.6). What is due stands in the store, so that it survives the server and takes
/// no memory: a reader looks at the next due ones, each is ended by a command of its own that checks again, and then this sleeps until
/// the next. Lateness: a second, more when the store is busy.
/// Thread: begin() before the server starts; the rest on one loop.
class ChatTimeouts {
public:
    ChatTimeouts(sio::Server& io, store::Store& store, ChatTimes times, sio::Log& log);

    /// Of a server that is alone, whatever its store: takes every customer who was there when it last ran for gone from now on. Waits for
    /// the store.
    void begin();
    /// Says whether a conversation's customer is with any server, or not known to be with none. `done` runs on any thread.
    using CustomerHere = std::function<void(const std::string& org, const std::string& id, std::move_only_function<void(bool)> done)>;
    /// Among other servers: whom the store takes for there, and none of them has, is taken for gone now and then; and before a time-out
    /// ends a chat, the customer is looked for.
    void begin(CustomerHere here, std::chrono::milliseconds every);

private:
    void look();
    void found(const store::DueConversations& due, std::int64_t now_us);
    void expire(const store::DueConversations::Name& conversation);
    void end(const store::DueConversations::Name& conversation, bool here);
    void look_for_lost();
    void note_lost(const store::DueConversations::Name& conversation);
    void sleep(std::chrono::milliseconds time);

    sio::runtime::Loop& loop_;
    store::Store& store_;
    const ChatTimes times_;
    sio::Log& log_;
    std::size_t under_way_ = 0;
    bool failed_ = false;  // some of those under way could not be done
    sio::runtime::Timer next_;
    CustomerHere here_;
    std::chrono::milliseconds look_every_{0};
    sio::runtime::Timer looking_for_lost_;
};

}  // namespace desk::chat

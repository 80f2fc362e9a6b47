#pragma once

#include <memory>
#include <string_view>

#include "sio/cluster/valkey/backoff.hpp"
#include "sio/cluster/valkey/directory.hpp"
#include "sio/cluster/valkey/link.hpp"

namespace sio::cluster {

/// A link that is opened again whenever it is lost, after a growing pause, to where the directory says. Thread: the loop.
class KeptLink final : Link::User {
public:
    /// Any of these may call renew() or stop().
    class User {
    public:
        virtual void on_up() = 0;
        virtual void on_value(Value value) = 0;
        /// Was up and is not any more.
        virtual void on_down(const Error& error) = 0;

    protected:
        ~User() = default;
    };
    /// `purpose` has static lifetime, for the log.
    KeptLink(ValkeyContext& context, Directory& directory, User& user, std::string_view purpose);
    ~KeptLink();

    void start();
    /// For good, or until start(). No on_down.
    void stop();
    /// Drops the connection because of `error` and makes another one.
    void renew(const Error& error);
    bool up() const { return link_.up(); }
    /// Pre: up.
    void send(std::string_view bytes) { link_.send(bytes); }

private:
    void on_link_up() override;
    void on_link_value(Value value) override { user_.on_value(std::move(value)); }
    void on_link_down(const Error& error) override;
    void dial();
    void lost(const Error& error, bool was_up);

    ValkeyContext& context_;
    Directory& directory_;
    User& user_;
    std::string_view purpose_;
    Link link_;
    Backoff backoff_;
    runtime::Timer retry_;
    runtime::TimePoint up_since_{};
    ValkeyAddress address_;
    std::size_t failures_ = 0;  // in a row
    bool running_ = false;
    bool was_up_ = false;
    bool told_ = false;            // the log has heard of this outage
    std::shared_ptr<char> token_;  // of the present search; callbacks of older ones find it gone
};

}  // namespace sio::cluster

#include "sio/cluster/valkey/kept_link.hpp"

#include <utility>

namespace sio::cluster {

namespace {

// A server that takes connections and drops them at once is not to be asked at the shortest pause for ever.
constexpr std::chrono::seconds kSteady{1};

}  // namespace

KeptLink::KeptLink(ValkeyContext& context, Directory& directory, User& user, std::string_view purpose)
    : context_(context),
      directory_(directory),
      user_(user),
      purpose_(purpose),
      link_(context, *this),
      backoff_(context.options.retry_min, context.options.retry_max),
      retry_([](void* self) { static_cast<KeptLink*>(self)->dial(); }, this) {}

KeptLink::~KeptLink() = default;

void KeptLink::start() {
    if (std::exchange(running_, true)) return;
    dial();
}

void KeptLink::stop() {
    running_ = false;
    was_up_ = false;
    token_.reset();
    retry_.cancel();
    link_.close();
}

void KeptLink::renew(const Error& error) {
    if (!running_) return;
    link_.close();
    // It answers, and not as it should: the next address is to be tried.
    if (was_up_) ++failures_;
    lost(error, std::exchange(was_up_, false));
}

void KeptLink::dial() {
    token_ = std::make_shared<char>();
    if (context_.options.tls && !context_.trust) return lost({ErrorCode::Tls, context_.trust_error}, false);
    directory_.find(failures_, [this, token = std::weak_ptr<char>(token_)](Result<ValkeyAddress> address) {
        if (token.expired() || !running_) return;
        if (!address) return lost(address.error(), false);
        address_ = std::move(*address);
        link_.open(address_);
    });
}

void KeptLink::on_link_up() {
    was_up_ = true;
    failures_ = 0;
    up_since_ = context_.loop.now();
    if (std::exchange(told_, false)) {
        context_.log.info("connected to Valkey again", {{"for", purpose_}, {"host", address_.host}, {"port", address_.port}});
    }
    user_.on_up();
}

void KeptLink::on_link_down(const Error& error) { lost(error, std::exchange(was_up_, false)); }

void KeptLink::lost(const Error& error, bool was_up) {
    if (was_up && context_.loop.now() - up_since_ >= kSteady) backoff_.reset();
    if (!was_up) ++failures_;
    if (!std::exchange(told_, true)) {
        context_.log.warn("no connection to Valkey",
                          {{"for", purpose_}, {"host", address_.host}, {"port", address_.port}, {"why", error.detail}});
    }
    context_.reconnects.fetch_add(1, std::memory_order_relaxed);
    context_.loop.arm_after(retry_, backoff_.next());
    if (was_up) user_.on_down(error);
}

}  // namespace sio::cluster

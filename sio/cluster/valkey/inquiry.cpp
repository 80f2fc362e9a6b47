#include "sio/cluster/valkey/inquiry.hpp"

#include <utility>

namespace sio::cluster {

Inquiry::Inquiry(ValkeyContext& context)
    : context_(context), link_(context, *this), deadline_([](void* self) { static_cast<Inquiry*>(self)->next(); }, this) {}

void Inquiry::start(std::vector<ValkeyAddress> servers, const std::vector<std::string>& words, Judge judge, Done done) {
    servers_ = std::move(servers);
    place_ = 0;
    question_.clear();
    append_command(question_, std::span<const std::string>(words));
    judge_ = std::move(judge);
    done_ = std::move(done);
    running_ = true;
    context_.loop.arm_after(deadline_, {});
}

void Inquiry::stop() {
    running_ = false;
    deadline_.cancel();
    link_.close();
    judge_ = nullptr;
    done_ = nullptr;
}

void Inquiry::next() {
    link_.close();
    if (place_ < servers_.size()) return link_.open(servers_[place_++]);
    running_ = false;
    std::exchange(done_, nullptr)(std::unexpected(last_));
}

void Inquiry::on_link_up() {
    link_.send(question_);
    context_.loop.arm_after(deadline_, context_.options.answer_timeout);
}

void Inquiry::on_link_value(Value value) {
    deadline_.cancel();
    const Result<void> counts = value.is_error() ? fail(ErrorCode::BadRequest, value.text) : judge_(value, servers_[place_ - 1]);
    if (!counts) {
        last_ = counts.error();
        return next();
    }
    link_.close();
    running_ = false;
    std::exchange(done_, nullptr)({});
}

void Inquiry::on_link_down(const Error& error) {
    last_ = error;
    next();
}

}  // namespace sio::cluster

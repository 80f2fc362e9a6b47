#include "sio/cluster/valkey/link.hpp"

#include <utility>
#include <vector>

namespace sio::cluster {

Link::Link(ValkeyContext& context, User& user)
    : context_(context),
      user_(user),
      deadline_([](void* self) { static_cast<Link*>(self)->down({ErrorCode::Timeout, "no answer to the greeting in time"}); }, this) {}

Link::~Link() = default;

void Link::open(const ValkeyAddress& address) {
    close();
    state_ = State::Connecting;
    auto tls = context_.trust ? context_.trust->connect(address.host) : nullptr;
    if (context_.options.tls && !tls) return context_.loop.arm_after(deadline_, {});  // never in clear instead
    connector_ = std::make_unique<runtime::Connector>(context_.loop, address.host, address.port, std::move(tls),
                                                      context_.options.connect_timeout,
                                                      [this](Result<std::unique_ptr<runtime::Stream>> stream) {
                                                          if (!stream) return down(stream.error());
                                                          stream_ = std::move(*stream);
                                                          greet();
                                                      });
}

void Link::close() {
    ++life_;
    state_ = State::Closed;
    deadline_.cancel();
    connector_.reset();
    stream_.reset();
    // The reader stays: this may be called from under it.
}

void Link::send(std::string_view bytes) { stream_->send(bytes); }

// PING finds out what the others do not tell: that the server still loads its data, or has lost its primary.
void Link::greet() {
    state_ = State::Greeting;
    reader_ = std::make_unique<RespReader>();
    stream_->set_handler(this);
    stream_->start();
    context_.loop.arm_after(deadline_, context_.options.connect_timeout);

    const ValkeyOptions& options = context_.options;
    std::string bytes;
    const auto say = [&](Greeting greeting, std::vector<std::string_view> words) {
        append_command(bytes, words);
        expected_.push_back(greeting);
    };
    expected_.clear();
    if (!options.password.empty() && options.user.empty()) say(Greeting::Auth, {"AUTH", options.password});
    if (!options.password.empty() && !options.user.empty()) say(Greeting::Auth, {"AUTH", options.user, options.password});
    say(Greeting::Name, {"CLIENT", "SETNAME", "insightdesk"});
    say(Greeting::Ping, {"PING"});
    if (options.topology == ValkeyOptions::Topology::Sentinel) say(Greeting::Role, {"ROLE"});
    stream_->send(bytes);
}

void Link::on_greeting(const Value& answer) {
    const Greeting greeting = expected_.front();
    expected_.pop_front();
    if (const std::string why = refusal(greeting, answer); !why.empty()) return down({ErrorCode::BadRequest, why});
    if (!expected_.empty()) return;
    deadline_.cancel();
    state_ = State::Up;
    user_.on_link_up();
}

// A user whose rights do not hold these commands is served all the same. A Sentinel mostly has no password though Valkey has one: whether
// it is served is found out by what it is asked.
std::string Link::refusal(Greeting greeting, const Value& answer) const {
    if (greeting == Greeting::Role && answer[0].text == "slave") return "it is not the primary";
    if (!answer.is_error() || answer.text.starts_with("NOPERM")) return {};
    if (greeting == Greeting::Name || (greeting == Greeting::Auth && context_.sentinels)) return {};
    // The whole text may repeat what was sent: "unknown command 'AUTH', with args beginning with: ...".
    if (greeting == Greeting::Auth) return "AUTH is refused: " + answer.text.substr(0, answer.text.find(' '));
    return answer.text;
}

std::size_t Link::on_data(char* data, std::size_t size) {
    const std::uint64_t life = life_;
    reader_->feed({data, size});
    while (life == life_) {
        auto answer = reader_->next();
        if (!answer) {
            down(answer.error());
        } else if (!*answer) {
            break;
        } else if (state_ == State::Greeting) {
            on_greeting(**answer);
        } else {
            user_.on_link_value(std::move(**answer));
        }
    }
    return size;
}

void Link::on_closed(runtime::CloseCause cause) {
    if (std::string refusal = stream_->certificate_refusal(); !refusal.empty()) return down({ErrorCode::Tls, "certificate: " + refusal});
    down({ErrorCode::Closed, cause == runtime::CloseCause::PeerClosed ? "the server closed the connection" : "the connection broke"});
}

void Link::down(const Error& error) {
    close();
    user_.on_link_down(error);
}

}  // namespace sio::cluster

#include "sio/cluster/valkey/link.hpp"

#include <array>
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
    connector_ = std::make_unique<runtime::Connector>(context_.loop, address.host, address.port, nullptr, context_.options.connect_timeout,
                                                      [this](Result<std::unique_ptr<runtime::Stream>> stream) {
                                                          if (!stream) return down(std::move(stream.error()));
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
    greetings_ = 2;
    if (!options.password.empty()) {
        ++greetings_;
        std::vector<std::string_view> words{"AUTH"};
        if (!options.user.empty()) words.push_back(options.user);
        words.push_back(options.password);
        append_command(bytes, words);
    }
    append_command(bytes, std::array<std::string_view, 3>{"CLIENT", "SETNAME", "insightdesk"});
    append_command(bytes, std::array<std::string_view, 1>{"PING"});
    stream_->send(bytes);
}

void Link::on_greeting(const Value& answer) {
    const int place = greetings_--;
    const bool is_setname = place == 2;
    // A user whose rights do not hold these is served all the same; NOAUTH and WRONGPASS are not.
    const bool forbidden = answer.text.starts_with("NOPERM");
    if (answer.is_error() && !is_setname && !forbidden) return down({ErrorCode::BadRequest, answer.text});
    if (greetings_ > 0) return;
    deadline_.cancel();
    state_ = State::Up;
    user_.on_link_up();
}

std::size_t Link::on_data(char* data, std::size_t size) {
    const std::uint64_t life = life_;
    reader_->feed({data, size});
    while (life == life_) {
        auto answer = reader_->next();
        if (!answer) {
            down(std::move(answer.error()));
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
    down({ErrorCode::Closed, cause == runtime::CloseCause::PeerClosed ? "the server closed the connection" : "the connection broke"});
}

void Link::down(Error error) {
    close();
    user_.on_link_down(error);
}

}  // namespace sio::cluster

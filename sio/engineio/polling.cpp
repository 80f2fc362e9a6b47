#include "sio/engineio/polling.hpp"

#include <algorithm>
#include <utility>

#include "sio/base/bytes.hpp"
#include "sio/base/utf8.hpp"
#include "sio/engineio/answers.hpp"
#include "sio/engineio/jsonp.hpp"
#include "sio/engineio/session.hpp"

namespace sio::engineio {

namespace {

bool carries_octets(const http::Request& request) { return iequals(request.header("content-type").value_or(""), kOctets); }

PayloadFormat body_format(const http::Request& request, Revision revision) {
    if (!is_v3(revision)) return PayloadFormat::V4;
    return carries_octets(request) ? PayloadFormat::V3Bytes : PayloadFormat::V3Text;
}

}  // namespace

PollingTransport::PollingTransport(Session& session, const Options& options) : session_(session), options_(options) {}

PollingTransport::~PollingTransport() {
    emptied();
    session_.loop().clean(*this);
}

void PollingTransport::emptied() { session_.loop().traffic().queued -= std::exchange(queued_bytes_, 0); }

void PollingTransport::send(const Packet& packet) {
    const std::size_t bytes = packet.frame->payload().size();
    queued_bytes_ += bytes;
    session_.loop().traffic().queued += bytes;
    queue_.push_back(packet);
    if (poll_) session_.loop().dirty(*this);
}

std::vector<Packet> PollingTransport::take_queue() {
    emptied();
    return std::exchange(queue_, {});
}

void PollingTransport::nudge() {
    if (poll_ && queue_.empty()) send(text_packet("6"));
}

bool PollingTransport::end(PacketType last) {
    ending_ = true;
    if (!processing_) cut_post();
    send(text_packet(last == PacketType::Close ? "1" : "6"));
    if (!poll_) return false;
    answer_poll();
    return true;
}

// The official client ends its sockets at a close packet before they have handled what came in the same payload.
void PollingTransport::close() {
    if (!processing_) cut_post();
    close_follows_ = true;
    if (queue_.empty())
        queue_close();
    else if (poll_)
        answer_poll();
}

void PollingTransport::queue_close() {
    close_follows_ = false;
    ending_ = true;
    send(text_packet("1"));
    if (poll_) answer_poll();
}

void PollingTransport::discard() {
    cut_post();
    nudge();
    if (poll_) answer_poll();
}

void PollingTransport::pause() { paused_ = true; }

void PollingTransport::resume() {
    paused_ = false;
    if (post_ && post_ready_ && !processing_) process_post();
}

http::Handler::Head PollingTransport::on_head(http::Exchange& exchange) {
    const http::Request& request = exchange.request();
    if (is_v3(session_.revision()) && session_.overdue()) {
        refuse_overdue(exchange);
        return {};
    }
    if (request.method == http::Method::Get) {
        if (poll_) {
            refuse(exchange);
            session_.fail(CloseReason::TransportError);
        }
        return {};
    }
    if (request.method != http::Method::Post) {
        exchange.respond(error_answer(options_, request, HandshakeError::BadRequest));
        return {};
    }
    if (!session_.open()) {
        exchange.respond(polling_answer(options_, request, "ok", "text/html", false));
        return {};
    }
    if (post_ || (carries_octets(request) && !is_v3(session_.revision()))) {
        refuse(exchange);
        session_.fail(CloseReason::TransportError);
        return {};
    }
    post_ = &exchange;
    post_ready_ = false;
    return {.max_body = options_.max_payload};
}

void PollingTransport::on_request(http::Exchange& exchange) {
    if (exchange.request().method == http::Method::Get) return begin_poll(exchange);
    post_ready_ = true;
    const std::string_view body = exchange.request().body;
    const auto format = body_format(exchange.request(), session_.revision());
    if (exchange.request().parameter("j")) {
        post_body_ = jsonp_payload(body);
        reader_ = PayloadReader(post_body_, format == PayloadFormat::V4 ? format : PayloadFormat::V3Text);
    } else {
        reader_ = PayloadReader(body, format);
    }
    if (format != PayloadFormat::V3Bytes && !utf8::valid(body)) {
        refuse(exchange);
        post_ = nullptr;
        return session_.fail(CloseReason::ParseError);
    }
    process_post();
}

void PollingTransport::on_aborted(http::Exchange& exchange, http::Handler::Abort why) {
    if (&exchange == poll_)
        poll_ = nullptr;
    else if (&exchange == post_)
        post_ = nullptr;
    else
        return;
    if (why != http::Handler::Abort::BodyTooLarge) session_.fail(CloseReason::TransportError);
}

void PollingTransport::begin_poll(http::Exchange& exchange) {
    if (poll_) {
        refuse(exchange);
        return session_.fail(CloseReason::TransportError);
    }
    if (session_.overdue() && holds_ping()) {
        return refuse_overdue(exchange);
    }
    poll_ = &exchange;
    if (!queue_.empty()) answer_poll();
}

bool PollingTransport::holds_ping() const {
    return std::ranges::any_of(queue_, [&](const Packet& packet) { return &*packet.frame == &*session_.ping().frame; });
}

/// Packet by packet, so that a pause in the middle keeps the rest in the request's body.
void PollingTransport::process_post() {
    processing_ = true;
    std::string scratch;
    while (!paused_ && !reader_.at_end() && session_.open()) {
        const auto item = reader_.next(scratch);
        if (!item) {
            session_.fail(CloseReason::ParseError);
            break;
        }
        session_.receive(item->packet, item->binary ? MessageType::Binary : MessageType::Text);
    }
    processing_ = false;
    if (!post_ || (paused_ && session_.open())) return;
    http::Exchange& exchange = *std::exchange(post_, nullptr);
    post_ready_ = false;
    exchange.respond(polling_answer(options_, exchange.request(), "ok", "text/html", false));
    post_body_ = {};
}

void PollingTransport::flush() {
    if (poll_ && !queue_.empty()) answer_poll();
}

void PollingTransport::answer_poll() {
    http::Exchange& exchange = *std::exchange(poll_, nullptr);
    http::Response response = poll_answer(options_, exchange.request(), queue_, session_.revision());
    queue_.clear();
    emptied();
    exchange.respond(std::move(response));
    if (close_follows_)
        queue_close();
    else if (ending_)
        session_.retire();
}

void PollingTransport::refuse_overdue(http::Exchange& exchange) {
    exchange.respond(error_answer(options_, exchange.request(), HandshakeError::UnknownSession));
    session_.fail(CloseReason::PingTimeout);
}

void PollingTransport::refuse(http::Exchange& exchange, int status) {
    http::Response response = polling_answer(options_, exchange.request(), "", "text/html", false);
    response.status = status;
    exchange.respond(std::move(response));
}

void PollingTransport::cut_post() {
    if (http::Exchange* post = std::exchange(post_, nullptr)) {
        if (post_ready_)
            refuse(*post);
        else
            post->abort();
    }
}

}  // namespace sio::engineio

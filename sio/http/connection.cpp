#include "sio/http/connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sio/http/server_impl.hpp"
#include "sio/http/shard.hpp"

namespace sio::http {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kPadding = 64;            // readable bytes behind a body
constexpr std::size_t kReserve = 64 * 1024;     // taken at once for a body that only its head announces
constexpr std::size_t kMaxDropped = 64 * 1024;  // of a body nobody wants; past it closing is cheaper
constexpr std::size_t kMaxAhead = 16 * 1024;    // of requests behind one that waits
constexpr std::size_t kMaxUnsent = 256 * 1024;  // of answers not taken by the peer, before its next request is looked at
constexpr milliseconds kRefusalLinger{5'000};   // for the peer to read why, instead of meeting a reset
constexpr milliseconds kIdleLinger{2'000};

Response refusal_answer(const Refusal& refusal) {
    Response response = Response::text(refusal.status, std::string(refusal.why) + "\n");
    response.close = true;
    return response;
}

Handler::Abort abort_for(const Refusal& refusal) {
    if (refusal.status == 413) return Handler::Abort::BodyTooLarge;
    if (refusal.status == 408) return Handler::Abort::BodyTimeout;
    return Handler::Abort::PeerGone;
}

}  // namespace

Connection::Connection(Shard& shard, std::unique_ptr<runtime::Stream> stream)
    : shard_(shard), stream_(std::move(stream)), timer_([](void* self) { static_cast<Connection*>(self)->on_timeout(); }, this) {
    stream_->set_handler(this);
}

Connection::~Connection() {
    if (exchange_) shard_.release(std::move(exchange_));
}

void Connection::start() {
    arm(shard_.limits().idle_timeout);
    stream_->start();
}

void Connection::drain() {
    if (phase_ == Phase::Idle && !clogged_) close(kIdleLinger);
}

std::size_t Connection::on_data(char* data, std::size_t size) {
    std::size_t used = 0;
    while (used < size) {
        const std::string_view rest(data + used, size - used);
        std::size_t step = 0;
        switch (phase_) {
            case Phase::Idle:
            case Phase::Head: step = take_head(rest); break;
            case Phase::Body:
            case Phase::Dropping: step = take_body(rest); break;
            case Phase::Waiting:
                if (rest.size() > kMaxAhead) stream_->pause_reading();
                return used;
            case Phase::Closing: return size;
            case Phase::Gone: return used;
        }
        if (step == 0 && phase_ != Phase::Closing) break;
        used += step;
    }
    return used;
}

std::size_t Connection::take_head(std::string_view bytes) {
    if (is_clogged()) return 0;
    if (phase_ == Phase::Idle) {
        phase_ = Phase::Head;
        scanner_ = {};
        arm(shard_.limits().header_timeout);
    }
    // Empty lines ahead of a request are let pass (RFC 9112 section 2.2); the time for the head runs on meanwhile.
    if (bytes.front() == '\r' && bytes.size() < 2) return 0;
    if (bytes.starts_with("\r\n")) return 2;

    Refusal refusal;
    const auto size = scanner_.scan(bytes, shard_.limits(), refusal);
    if (refusal) {
        refuse(refusal);
        return 0;
    }
    if (size == 0) return 0;
    begin(bytes.substr(0, size), bytes.substr(size));
    if (destination_ != nullptr) {
        stream_->prepend_unread(bytes);
        stream_->detach();
        shard_.server().hand_over(std::move(stream_), *destination_);
        bury();
    }
    return size;
}

/// Keeps a peer that sends requests and reads no answers from filling memory: its next request waits in the kernel.
bool Connection::is_clogged() {
    if (phase_ != Phase::Idle || (!clogged_ && stream_->queued_bytes() <= kMaxUnsent)) return clogged_;
    if (!clogged_) {
        clogged_ = true;
        stream_->pause_reading();
        // The flush of this turn may take all, and tells nobody then.
        arm(milliseconds(1));
    }
    return true;
}

void Connection::begin(std::string_view head, std::string_view behind) {
    exchange_ = shard_.acquire(*this);
    PendingExchange& exchange = *exchange_;
    exchange.head_.assign(head);
    const auto refusal = exchange.parser_.parse_head(exchange.head_, exchange.request_, exchange.facts_);
    if (refusal) return refuse(refusal);
    exchange.peer_ = stream_->peer_address();
    exchange.request_.peer_address = exchange.peer_;
    exchange.request_.secure = stream_->secure();
    phase_ = Phase::Body;
    serve_head(behind);
}

void Connection::serve_head(std::string_view behind) {
    PendingExchange& exchange = *exchange_;
    if (exchange.parser_.done()) {
        timer_.cancel();
    } else {
        arm(shard_.limits().body_timeout);
    }
    exchange.handler_ = shard_.router().find(exchange.request_.path);
    in_handler_ = true;
    if (exchange.handler_ == nullptr) {
        respond(Response::json(404, R"({"code":"NOT_FOUND","message":"Not found"})"));
    } else {
        exchange.max_body_ = exchange.handler_->on_head(exchange).max_body;
    }
    in_handler_ = false;
    if (phase_ == Phase::Gone || destination_ != nullptr) return;
    if (exchange.answered_) return after_answer();
    if (exchange.facts_.content_length > exchange.max_body_) return refuse_body({413, "body too large"});
    if (exchange.parser_.done()) return serve_whole();

    exchange.body_.reserve(std::min<std::size_t>(exchange.facts_.content_length, kReserve) + kPadding);
    if (!exchange.facts_.expects_continue) return;
    exchange.continued_ = true;
    if (behind.empty()) stream_->send("HTTP/1.1 100 Continue\r\n\r\n");
}

std::size_t Connection::take_body(std::string_view bytes) {
    PendingExchange& exchange = *exchange_;
    const bool dropping = phase_ == Phase::Dropping;
    const std::size_t max_body = dropping ? exchange.max_body_ + kMaxDropped : exchange.max_body_;
    Refusal refusal;
    const auto used = exchange.parser_.feed_body(bytes, max_body, shard_.limits(), dropping ? nullptr : &exchange.body_, refusal);
    if (refusal && dropping) {
        close(kRefusalLinger);
    } else if (refusal) {
        refuse_body(refusal);
    } else if (exchange.parser_.done()) {
        if (dropping) {
            finish_exchange();
        } else {
            serve_whole();
        }
    }
    return used;
}

void Connection::serve_whole() {
    PendingExchange& exchange = *exchange_;
    phase_ = Phase::Waiting;
    timer_.cancel();
    const std::size_t size = exchange.body_.size();
    exchange.body_.append(kPadding, '\0');
    exchange.request_.body = std::string_view(exchange.body_).substr(0, size);
    in_handler_ = true;
    if (exchange.request_.upgrade) {
        exchange.handler_->on_upgrade(exchange);
    } else {
        exchange.handler_->on_request(exchange);
    }
    in_handler_ = false;
    if (phase_ != Phase::Gone && exchange.answered_) after_answer();
}

void Connection::respond(Response response) {
    PendingExchange& exchange = *exchange_;
    if (std::exchange(exchange.answered_, true)) return;
    shard_.retire(exchange);
    const HeadFacts& facts = exchange.facts_;
    bool keep_alive = facts.keep_alive && !response.close && !shard_.draining();
    if (!exchange.parser_.done()) {
        // A client that waits for 100 Continue may now send its body or not; nobody can tell its next request from it.
        const bool body_may_not_come = facts.expects_continue && !exchange.continued_;
        if (body_may_not_come || facts.content_length > kMaxDropped) keep_alive = false;
    }
    AnswerForm form;
    form.head = exchange.request_.method == Method::Head;
    form.http11 = facts.http11;
    form.keep_alive = keep_alive;
    if (response.compressible) form.accept_encoding = exchange.request_.header("Accept-Encoding").value_or(std::string_view{});
    stream_->send(shard_.write(response, form));
    close_after_ = !keep_alive;
    if (!in_handler_) after_answer();
}

void Connection::after_answer() {
    if (exchange_->parser_.done() || close_after_) return finish_exchange();
    phase_ = Phase::Dropping;
}

void Connection::finish_exchange() {
    shard_.release(std::move(exchange_));
    if (close_after_) return close(shard_.limits().body_timeout);
    phase_ = Phase::Idle;
    unsent_ = 0;
    arm(shard_.limits().idle_timeout);
    stream_->resume_reading();
}

void Connection::move_to(runtime::Loop& loop) {
    exchange_->answered_ = true;
    shard_.retire(*exchange_);
    destination_ = &loop;
}

std::unique_ptr<runtime::Stream> Connection::take_stream() {
    exchange_->answered_ = true;
    shard_.count_answer(101);
    stream_->set_handler(nullptr);
    auto stream = std::move(stream_);
    bury();
    return stream;
}

void Connection::abort() {
    if (phase_ == Phase::Gone) return;
    exchange_->answered_ = true;
    stream_->abort();
    bury();
}

void Connection::refuse(const Refusal& refusal) {
    if (exchange_) shard_.release(std::move(exchange_));
    Response response = refusal_answer(refusal);
    AnswerForm form;
    form.keep_alive = false;
    stream_->send(shard_.write(response, form));
    close(kRefusalLinger);
}

void Connection::refuse_body(const Refusal& refusal) {
    in_handler_ = true;
    respond(refusal_answer(refusal));
    in_handler_ = false;
    tell_aborted(abort_for(refusal));
    if (phase_ == Phase::Gone) return;
    shard_.release(std::move(exchange_));
    close(kRefusalLinger);
}

void Connection::tell_aborted(Handler::Abort why) {
    PendingExchange& exchange = *exchange_;
    exchange.answered_ = true;
    shard_.retire(exchange);
    in_handler_ = true;
    exchange.handler_->on_aborted(exchange, why);
    in_handler_ = false;
}

void Connection::on_drained() {
    if (!clogged_) return;
    clogged_ = false;
    arm(shard_.limits().idle_timeout);
    stream_->resume_reading();
}

void Connection::on_closed(runtime::CloseCause) {
    if (exchange_ && !exchange_->answered_) tell_aborted(Handler::Abort::PeerGone);
    bury();
}

void Connection::close(runtime::Clock::duration linger) {
    phase_ = Phase::Closing;
    timer_.cancel();
    stream_->finish(linger);
}

void Connection::bury() {
    if (phase_ == Phase::Gone) return;
    phase_ = Phase::Gone;
    timer_.cancel();
    if (exchange_) shard_.retire(*exchange_);
    shard_.bury(*this);
}

void Connection::arm(milliseconds delay) { shard_.loop().arm_after(timer_, delay); }

void Connection::on_timeout() {
    switch (phase_) {
        case Phase::Idle: return on_idle_timeout();
        case Phase::Head: return refuse({408, "request timed out"});
        case Phase::Body: return refuse_body({408, "body timed out"});
        case Phase::Dropping: return close(kRefusalLinger);
        case Phase::Waiting:
        case Phase::Closing:
        case Phase::Gone: return;
    }
}

void Connection::on_idle_timeout() {
    if (clogged_ && !stream_->congested()) return on_drained();
    const std::size_t unsent = stream_->queued_bytes();
    if (unsent == 0) return close(kIdleLinger);
    if (unsent_ == 0 || unsent < unsent_) {
        unsent_ = unsent;
        return arm(shard_.limits().idle_timeout);
    }
    stream_->abort();
    bury();
}

}  // namespace sio::http

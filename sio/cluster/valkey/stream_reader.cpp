#include "sio/cluster/valkey/stream_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sio::cluster {

namespace {

constexpr std::size_t kBatch = 100;
constexpr std::size_t kRemembered = 256;

StreamId id_or_zero(const Value& value) { return StreamId::parse(value.text).value_or(StreamId{}); }

}  // namespace

StreamReader::StreamReader(ValkeyContext& context, std::unique_ptr<Directory> directory, std::string name, Valkey::StreamListener& listener)
    : context_(context),
      directory_(std::move(directory)),
      name_(std::move(name)),
      listener_(&listener),
      link_(context, *directory_, *this, "stream"),
      patience_(
          [](void* self) {
              auto* const reader = static_cast<StreamReader*>(self);
              if (reader->waiting_ == Waiting::Nothing) return reader->look();
              reader->link_.renew({ErrorCode::Timeout, "no answer in time"});
          },
          this) {}

void StreamReader::stop() {
    listener_ = nullptr;
    patience_.cancel();
    link_.stop();
}

void StreamReader::on_up() {
    announced_ = false;
    look();
}

void StreamReader::on_down(const Error&) {
    waiting_ = Waiting::Nothing;
    patience_.cancel();
}

void StreamReader::look() {
    std::string bytes;
    append_command(bytes, std::array<std::string_view, 3>{"XINFO", "STREAM", name_});
    link_.send(bytes);
    waiting_ = Waiting::Look;
    context_.loop.arm_after(patience_, context_.options.answer_timeout);
}

void StreamReader::read() {
    const std::string block = std::to_string(context_.options.answer_timeout.count());
    const std::string id = position_.to_string();
    std::string bytes;
    append_command(bytes, std::array<std::string_view, 8>{"XREAD", "COUNT", "100", "BLOCK", block, "STREAMS", name_, id});
    link_.send(bytes);
    waiting_ = Waiting::Read;
    context_.loop.arm_after(patience_, 2 * context_.options.answer_timeout);
}

void StreamReader::on_value(Value value) {
    patience_.cancel();
    const Waiting was = std::exchange(waiting_, Waiting::Nothing);
    const bool missing = was == Waiting::Look && value.is_error() && value.text.starts_with("ERR no such key");
    if (value.is_error() && !missing) return retry_later(value.text);
    if (was == Waiting::Look) return on_look(value);
    last_refusal_.clear();
    if (was == Waiting::Read) return on_entries(value);
    link_.renew({ErrorCode::BadRequest, "an answer that nothing was asked for"});
}

// Not ready, not allowed, or no stream: all may pass.
void StreamReader::retry_later(const std::string& why) {
    directory_->wrong(why);
    if (std::exchange(last_refusal_, why) != why) context_.log.warn("cannot read a stream", {{"stream", name_}, {"why", why}});
    link_.renew({ErrorCode::BadRequest, why});
}

void StreamReader::on_look(const Value& value) {
    Look at;
    at.exists = value.kind == Value::Kind::Array;
    for (std::size_t i = 0; i + 1 < value.elements.size(); i += 2) {
        const std::string& field = value[i].text;
        if (field == "length") at.length = value[i + 1].integer;
        if (field == "last-generated-id") at.last = id_or_zero(value[i + 1]);
        if (field == "entries-added") at.added = value[i + 1].integer;
    }
    go_on_from(at);
    if (listener_ != nullptr) read();
}

void StreamReader::go_on_from(const Look& at) {
    bool trimmed = false;
    if (!std::exchange(started_, true)) {
        position_ = at.last;
        given_ = at.added;
    } else if (began_anew(at)) {
        trimmed = true;
        position_ = {};
        given_ = 0;
        recent_.clear();
    } else if (at.last < position_) {
        // An older state of the same history, as a replica that lost the last entries has: what it had was given.
        position_ = at.last;
        given_ = at.added;
    } else if (at.last > position_) {
        // The first entry's number is known by counting from the end. Deleted single entries count as trimmed: nothing tells them apart.
        const std::int64_t gone = at.added - at.length;
        trimmed = gone > given_;
        if (trimmed) given_ = gone;
    } else {
        // What came and went between two reads.
        trimmed = at.added > given_;
        given_ = at.added;
    }
    if (trimmed || !std::exchange(announced_, true)) listener_->on_reading(position_.to_string(), trimmed);
}

/// The ids have started again: what is there now, if anything, is none of what was given.
bool StreamReader::began_anew(const Look& at) const {
    if (!at.exists) return position_ != StreamId{};
    if (at.last < position_) return std::find(recent_.begin(), recent_.end(), at.last) == recent_.end();
    return at.added < given_;
}

void StreamReader::on_entries(const Value& value) {
    const Value& entries = value[0][1];
    for (const Value& entry : entries.elements) {
        give(entry);
        if (listener_ == nullptr) return;
    }
    if (entries.elements.empty() || entries.elements.size() >= kBatch) {
        look();
    } else {
        read();
    }
}

void StreamReader::give(const Value& entry) {
    const auto id = StreamId::parse(entry[0].text);
    if (!id) return;
    position_ = *id;
    ++given_;
    recent_.push_back(*id);
    if (recent_.size() > kRemembered) recent_.pop_front();
    listener_->on_entry(entry[0].text, entry[1].elements);
}

}  // namespace sio::cluster

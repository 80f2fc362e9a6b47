#include "desk/cluster/message.hpp"

#include <utility>

#include "sio/base/msgpack.hpp"

namespace desk::cluster {

namespace {

using Value = std::variant<std::int64_t, std::string_view>;

/// Collects the elements of one flat array; stops at anything else, and when it has enough.
class Collector final : public sio::msgpack::Events {
public:
    Collector(std::vector<Value>& values, std::size_t at_most) : values_(values), at_most_(at_most) {}

    bool on_nil() override { return false; }
    bool on_boolean(bool) override { return false; }
    bool on_integer(std::int64_t number) override { return add(number); }
    bool on_unsigned(std::uint64_t) override { return false; }
    bool on_double(double) override { return false; }
    bool on_string(std::string_view text) override { return add(text); }
    bool on_binary(std::string_view) override { return false; }
    bool on_timestamp(std::int64_t, std::uint32_t) override { return false; }
    bool on_array(std::size_t) override { return !std::exchange(open_, true); }
    bool on_array_end() override { return true; }
    bool on_map(std::size_t) override { return false; }
    bool on_key(std::string_view) override { return false; }
    bool on_map_end() override { return false; }

    bool full() const { return values_.size() == at_most_; }

private:
    bool add(Value value) {
        if (!open_) return false;
        values_.push_back(value);
        return !full();
    }

    std::vector<Value>& values_;
    const std::size_t at_most_;
    bool open_ = false;
};

}  // namespace

Message& Message::text(std::string_view text) {
    sio::msgpack::Writer(values_).string(text);
    ++count_;
    return *this;
}

Message& Message::integer(std::int64_t number) {
    sio::msgpack::Writer(values_).integer(number);
    ++count_;
    return *this;
}

std::string Message::bytes() const {
    std::string out;
    out.reserve(values_.size() + 5);
    sio::msgpack::Writer(out).array(count_);
    return out.append(values_);
}

std::optional<ReceivedMessage> ReceivedMessage::read(std::string_view bytes, std::int64_t version, std::size_t at_most) {
    ReceivedMessage message;
    Collector collector(message.values_, at_most);
    const auto whole = sio::msgpack::read(bytes, collector);
    if (!whole && !collector.full()) return std::nullopt;
    if (message.values_.empty() || message.values_.front() != Value(version)) return std::nullopt;
    return message;
}

template <class T>
T ReceivedMessage::take() {
    if (next_ < values_.size()) {
        if (const T* const value = std::get_if<T>(&values_[next_++])) return *value;
    }
    good_ = false;
    return T{};
}

std::string_view ReceivedMessage::text() { return take<std::string_view>(); }
std::int64_t ReceivedMessage::integer() { return take<std::int64_t>(); }

}  // namespace desk::cluster

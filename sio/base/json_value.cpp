#include <cmath>

#include "sio/base/json.hpp"
#include "sio/base/json_tape.hpp"

namespace sio::json {

namespace {
constexpr double kExactIntegers = 9007199254740992.0;  // 2^53: every integer up to here is a double
}

Type Value::type() const {
    if (tape_ == nullptr) return Type::Missing;
    switch (tape_->tag(index_)) {
        case 't':
        case 'f': return Type::Boolean;
        case 'l': return Type::Integer;
        case 'u': return Type::Unsigned;
        case 'd': return Type::Double;
        case '"': return Type::String;
        case '[': return Type::Array;
        case '{': return Type::Object;
        default: return Type::Null;
    }
}

bool Value::is_number() const {
    const Type is = type();
    return is == Type::Integer || is == Type::Unsigned || is == Type::Double;
}

std::optional<std::string_view> Value::string() const {
    if (!is_string()) return std::nullopt;
    return tape_->string(index_);
}

std::optional<std::int64_t> Value::integer() const {
    switch (type()) {
        case Type::Integer: return tape_->integer(index_);
        case Type::Double: {
            const double number = tape_->number(index_);
            if (std::fabs(number) > kExactIntegers || std::trunc(number) != number) return std::nullopt;
            return static_cast<std::int64_t>(number);
        }
        default: return std::nullopt;
    }
}

std::optional<std::uint64_t> Value::unsigned_integer() const {
    if (type() == Type::Unsigned) return tape_->unsigned_integer(index_);
    const auto number = integer();
    if (!number || *number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

std::optional<double> Value::number() const {
    switch (type()) {
        case Type::Integer: return static_cast<double>(tape_->integer(index_));
        case Type::Unsigned: return static_cast<double>(tape_->unsigned_integer(index_));
        case Type::Double: return tape_->number(index_);
        default: return std::nullopt;
    }
}

std::optional<bool> Value::boolean() const {
    if (!is_boolean()) return std::nullopt;
    return tape_->tag(index_) == 't';
}

Value Value::operator[](std::string_view key) const {
    if (!is_object()) return {};
    const std::size_t end = tape_->behind(index_) - 1;
    std::size_t found = 0;  // the tape's first word is its root, never a member
    for (std::size_t i = index_ + 1; i < end; i = tape_->behind(i + 1)) {
        if (tape_->string(i) == key) found = i + 1;
    }
    return found == 0 ? Value() : Value(tape_, found);
}

Value Value::at(std::size_t index) const {
    if (!is_array()) return {};
    const std::size_t end = tape_->behind(index_) - 1;
    for (std::size_t i = index_ + 1; i < end; i = tape_->behind(i)) {
        if (index-- == 0) return {tape_, i};
    }
    return {};
}

std::size_t Value::size() const {
    if (!is_array() && !is_object()) return 0;
    const std::uint32_t count = tape_->saturated_count(index_);
    if (count < Tape::kCountLimit) return count;
    const std::size_t end = tape_->behind(index_) - 1;
    std::size_t size = 0;
    for (std::size_t i = index_ + 1; i < end; i = tape_->behind(is_object() ? i + 1 : i)) ++size;
    return size;
}

Elements Value::elements() const {
    Elements range;
    if (!is_array()) return range;
    range.tape_ = tape_;
    range.first_ = index_ + 1;
    range.last_ = tape_->behind(index_) - 1;
    return range;
}

Members Value::members() const {
    Members range;
    if (!is_object()) return range;
    range.tape_ = tape_;
    range.first_ = index_ + 1;
    range.last_ = tape_->behind(index_) - 1;
    return range;
}

Elements::Iterator& Elements::Iterator::operator++() {
    index_ = tape_->behind(index_);
    return *this;
}

Member Members::Iterator::operator*() const { return {tape_->string(index_), Value(tape_, index_ + 1)}; }

Members::Iterator& Members::Iterator::operator++() {
    index_ = tape_->behind(index_ + 1);
    return *this;
}

}  // namespace sio::json

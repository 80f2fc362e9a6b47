#include "sio/socketio/arguments.hpp"

#include <algorithm>

namespace sio {

Arguments::Arguments(json::Value array, std::size_t first, std::span<const std::string> attachments)
    : array_(array), first_(first), attachments_(attachments) {
    const std::size_t size = array.size();
    count_ = size > first ? size - first : 0;
}

json::Value Arguments::operator[](std::size_t index) const { return index < count_ ? array_.at(first_ + index) : json::Value(); }

std::optional<std::string_view> Arguments::binary(json::Value value) const {
    const auto found = placeholder(value, attachments_.size());
    if (!found || !found->valid) return std::nullopt;
    return attachments_[found->number];
}

Arguments Arguments::slice(std::size_t first, std::size_t count) const {
    Arguments part = *this;
    const std::size_t skipped = std::min(first, count_);
    part.first_ += skipped;
    part.count_ = std::min(count, count_ - skipped);
    return part;
}

std::optional<Placeholder> placeholder(json::Value value, std::size_t attachments) {
    if (!value.is_object() || value["_placeholder"].boolean() != true) return std::nullopt;
    const auto number = value["num"].integer();
    if (!number || *number < 0 || static_cast<std::uint64_t>(*number) >= attachments) return Placeholder{false, 0};
    return Placeholder{true, static_cast<std::size_t>(*number)};
}

// The parser bounds the depth of what it accepts, so recursion is bounded too.
bool placeholders_valid(json::Value value, std::size_t attachments) {
    if (value.is_array()) {
        return std::ranges::all_of(value.elements(), [&](json::Value element) { return placeholders_valid(element, attachments); });
    }
    if (!value.is_object()) return true;
    if (const auto found = placeholder(value, attachments)) return found->valid;
    for (const auto [key, member] : value.members()) {
        if (!placeholders_valid(member, attachments)) return false;
    }
    return true;
}

}  // namespace sio

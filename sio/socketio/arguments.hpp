#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sio/base/json.hpp"

namespace sio {

/// What a peer sent behind an event's name or in an acknowledgement: JSON values, in which binary is a placeholder object.
/// A view: valid during the call it is given to, and only while nothing else parses with the same parser (the library sees to that).
class Arguments {
public:
    Arguments() = default;
    /// `array` is a JSON array whose elements from `first` on are the arguments.
    Arguments(json::Value array, std::size_t first, std::span<const std::string> attachments);

    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    /// Missing when there is none.
    json::Value operator[](std::size_t index) const;
    /// The bytes a placeholder stands for; nullopt when `value` is none. Placeholders of any other packet do not resolve.
    std::optional<std::string_view> binary(json::Value value) const;
    std::span<const std::string> attachments() const { return attachments_; }
    /// `count` arguments from `first` on, to pass on a part: `socket.emit("x", event.args().slice(1))`.
    Arguments slice(std::size_t first, std::size_t count = static_cast<std::size_t>(-1)) const;

private:
    json::Value array_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
    std::span<const std::string> attachments_;
};

/// The attachment number of a placeholder object, `{"_placeholder":true,"num":n}`; nullopt when `value` is none. `valid` says whether
/// `num` is an integer in [0, attachments).
struct Placeholder {
    bool valid;
    std::size_t number;
};
std::optional<Placeholder> placeholder(json::Value value, std::size_t attachments);

/// Whether every placeholder inside `value` names one of `attachments` (CVE-2022-2421).
bool placeholders_valid(json::Value value, std::size_t attachments);

}  // namespace sio

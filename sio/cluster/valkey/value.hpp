#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sio::cluster {

/// An answer of Valkey (RESP 2), owned.
struct Value {
    enum class Kind : std::uint8_t { Nil, Integer, Text, Array, Error };

    Kind kind = Kind::Nil;
    std::int64_t integer = 0;
    std::string text;  ///< a simple or a bulk string, or what an error says; errors stand within arrays only (EXEC)
    std::vector<Value> elements;

    bool is_nil() const { return kind == Kind::Nil; }
    bool is_error() const { return kind == Kind::Error; }
    /// The element, or Nil when there is none.
    const Value& operator[](std::size_t index) const;
};

}  // namespace sio::cluster

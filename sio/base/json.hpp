#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sio/base/result.hpp"

/// Reading JSON (RFC 8259) with the tolerance of JavaScript's JSON.parse. simdjson does the work and stays hidden.
namespace sio::json {

/// Bytes that must be readable (any content) behind the text given to Parser::parse.
inline constexpr std::size_t kPadding = 64;

enum class Type : std::uint8_t {
    Missing,  ///< no such key or index
    Null,
    Boolean,
    Integer,   ///< fits int64
    Unsigned,  ///< fits uint64 but not int64
    Double,
    String,
    Array,
    Object,
};

class Elements;
class Members;
struct Tape;

/// A view of one value in the parser's document: 16 bytes, freely copied. It and the strings it gives live until the parser's next
/// parse or its end. Any accessor may be called on any value: a missing or different one gives nullopt, a missing Value, or an empty range.
class Value {
public:
    Value() = default;

    Type type() const;
    bool exists() const { return tape_ != nullptr; }
    explicit operator bool() const { return exists(); }

    bool is_null() const { return type() == Type::Null; }
    bool is_boolean() const { return type() == Type::Boolean; }
    bool is_number() const;
    bool is_integer() const { return integer().has_value(); }
    bool is_string() const { return type() == Type::String; }
    bool is_array() const { return type() == Type::Array; }
    bool is_object() const { return type() == Type::Object; }

    /// Valid UTF-8, unescaped; may hold U+0000.
    std::optional<std::string_view> string() const;
    /// Also of `1.0` and `1e3`, which are the integers 1 and 1000 in JavaScript, within +-2^53.
    std::optional<std::int64_t> integer() const;
    std::optional<std::uint64_t> unsigned_integer() const;
    std::optional<double> number() const;
    std::optional<bool> boolean() const;

    /// The member of that name; of several the last, as JSON.parse has it. Linear in the members.
    Value operator[](std::string_view key) const;
    /// Linear in `index`.
    Value at(std::size_t index) const;
    /// Elements of an array, members of an object (repeated keys count each), else 0.
    std::size_t size() const;
    bool empty() const { return size() == 0; }

    /// Ranges of Value and of Member; empty for other types. Repeated keys are all visited, in the order of the text.
    Elements elements() const;
    Members members() const;

private:
    friend class Parser;
    friend class Writer;
    friend class Elements;
    friend class Members;
    Value(const Tape* tape, std::size_t index) : tape_(tape), index_(index) {}

    const Tape* tape_ = nullptr;
    std::size_t index_ = 0;
};

struct Member {
    std::string_view key;
    Value value;
};

/// `for (Value element : value.elements())`
class Elements {
public:
    class Iterator {
    public:
        using value_type = Value;
        using difference_type = std::ptrdiff_t;
        Iterator() = default;
        Value operator*() const { return {tape_, index_}; }
        Iterator& operator++();
        Iterator operator++(int) { return std::exchange(*this, std::next(*this)); }
        bool operator==(const Iterator& other) const { return index_ == other.index_; }

    private:
        friend class Elements;
        Iterator(const Tape* tape, std::size_t index) : tape_(tape), index_(index) {}
        const Tape* tape_ = nullptr;
        std::size_t index_ = 0;
    };

    Iterator begin() const { return {tape_, first_}; }
    Iterator end() const { return {tape_, last_}; }

private:
    friend class Value;
    const Tape* tape_ = nullptr;
    std::size_t first_ = 0;
    std::size_t last_ = 0;
};

/// `for (auto [key, value] : object.members())`
class Members {
public:
    class Iterator {
    public:
        using value_type = Member;
        using difference_type = std::ptrdiff_t;
        Iterator() = default;
        Member operator*() const;
        Iterator& operator++();
        Iterator operator++(int) { return std::exchange(*this, std::next(*this)); }
        bool operator==(const Iterator& other) const { return index_ == other.index_; }

    private:
        friend class Members;
        Iterator(const Tape* tape, std::size_t index) : tape_(tape), index_(index) {}
        const Tape* tape_ = nullptr;
        std::size_t index_ = 0;
    };

    Iterator begin() const { return {tape_, first_}; }
    Iterator end() const { return {tape_, last_}; }

private:
    friend class Value;
    const Tape* tape_ = nullptr;
    std::size_t first_ = 0;
    std::size_t last_ = 0;
};

struct ParserLimits {
    std::size_t max_bytes = std::size_t{16} << 20;
    std::size_t max_depth = 64;  ///< arrays and objects within each other, an empty one not counted; at most 1024
};

/// Parses one text at a time; checks every byte. Its memory grows with the largest text met (about 13 bytes for each of its bytes) and is
/// kept, so steady use does not allocate.
///
/// What JavaScript accepts and simdjson refuses is put right and parsed once more: an unpaired surrogate escape becomes U+FFFD, an integer
/// past 64 bits the nearest double, a number past the doubles null (what JSON.stringify makes of Infinity).
/// Errors: BadJson (also: too deep, invalid UTF-8, empty text, byte order mark), TooLarge.  Thread: one (keep one for each loop).
class Parser {
public:
    explicit Parser(ParserLimits limits = {});
    ~Parser();
    Parser(Parser&&) noexcept;
    Parser& operator=(Parser&&) noexcept;

    /// Pre: kPadding readable bytes follow `text`. Values do not borrow from `text`.
    Result<Value> parse(std::string_view text);

    /// Any text; costs a copy.
    Result<Value> parse_copy(std::string_view text);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sio::json

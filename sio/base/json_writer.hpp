#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sio/base/json.hpp"

/// Writing JSON, compact.  Thread: any; one Writer is used by one.
namespace sio::json {

/// JSON that is serialised already; written as it stands, an empty one as null. Borrows.
struct Raw {
    std::string_view json;
};

/// JSON that is serialised already and owned: what `object` and `array` below give.
class Text {
public:
    Text() = default;
    explicit Text(std::string json) : json_(std::move(json)) {}
    const std::string& str() const& { return json_; }
    std::string str() && { return std::move(json_); }
    std::string_view view() const { return json_; }
    bool operator==(const Text&) const = default;

private:
    std::string json_ = "null";
};

class Writer;

/// A type of one's own is written by a function `write_json(Writer&, const T&)` beside it, which writes exactly one value.
template <class T>
concept HasWriteJson = requires(Writer& writer, const T& value) { write_json(writer, value); };

template <class T>
concept StringLike = std::convertible_to<const T&, std::string_view>;

template <class T>
concept MapLike = std::ranges::input_range<const T> && requires { typename T::mapped_type; } && StringLike<typename T::key_type>;

template <class T>
concept ArrayLike = std::ranges::input_range<const T> && !StringLike<T> && !MapLike<T>;

/// Appends to a string whose capacity the caller keeps, so that steady use does not allocate. Sets commas by itself.
/// Strings must be valid UTF-8 (`utf8::repair` what may not be); any code point is legal, escaped where JSON asks for it. Doubles get the
/// shortest form that reads back the same; NaN and infinities become null. The output is valid JSON when begins and ends are paired and
/// each key has one value.
///
///     Writer w(out);
///     w.begin_object().field("id", id).key("tags").value(tags).end_object();
class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Writer& begin_object() { return open('{'); }
    Writer& end_object() { return close('}'); }
    Writer& begin_array() { return open('['); }
    Writer& end_array() { return close(']'); }

    Writer& key(std::string_view name);
    /// `quoted` with quotes and colon, escaped by the writer of the code: `w.raw_key(R"("ticketId":)")`.
    Writer& raw_key(std::string_view quoted);

    Writer& value(std::string_view text);
    Writer& value(double number);
    Writer& value(std::nullptr_t);
    Writer& value(Raw raw);
    Writer& value(const Text& text) { return value(Raw{text.view()}); }
    /// Deep copy, iterative; a missing value is null. Repeated keys are all written.
    Writer& value(Value parsed);

    template <std::same_as<bool> B>
    Writer& value(B flag) {
        return value(Raw{flag ? std::string_view("true") : std::string_view("false")});
    }

    template <std::integral I>
        requires(!std::same_as<I, bool> && !std::same_as<I, char>)
    Writer& value(I number) {
        if constexpr (std::signed_integral<I>) {
            return integer(std::int64_t{number});
        } else {
            return integer(std::uint64_t{number});
        }
    }

    /// Without this one a `const char*` would rather become a bool.
    template <StringLike S>
    Writer& value(const S& text) {
        return value(std::string_view(text));
    }

    template <class T>
    Writer& value(const std::optional<T>& maybe) {
        return maybe ? value(*maybe) : value(nullptr);
    }

    template <class T>
        requires(HasWriteJson<T> && !StringLike<T>)
    Writer& value(const T& own) {
        write_json(*this, own);
        return *this;
    }

    template <ArrayLike R>
        requires(!HasWriteJson<R>)
    Writer& value(const R& range) {
        begin_array();
        for (const auto& element : range) value(element);
        return end_array();
    }

    template <MapLike M>
        requires(!HasWriteJson<M>)
    Writer& value(const M& map) {
        begin_object();
        for (const auto& [name, mapped] : map) field(std::string_view(name), mapped);
        return end_object();
    }

    template <class T>
    Writer& field(std::string_view name, const T& content) {
        return key(name).value(content);
    }

    /// Nothing at all when `maybe` is empty (where `field` writes null).
    template <class T>
    Writer& field_if(std::string_view name, const std::optional<T>& maybe) {
        return maybe ? field(name, *maybe) : *this;
    }

private:
    Writer& open(char bracket);
    Writer& close(char bracket);
    Writer& integer(std::int64_t number);
    Writer& integer(std::uint64_t number);

    std::string& out_;
    bool comma_ = false;  // the next key or value follows a sibling
};

/// Anything Writer::value takes, for the lists below. Borrows: use it within one expression.
class Element {
public:
    template <class T>
        requires(!std::same_as<T, Element>)
    Element(const T& value)  // NOLINT(google-explicit-constructor): `{"a", 1}` is the point
        : value_(std::addressof(value)), write_([](Writer& writer, const void* erased) { writer.value(*static_cast<const T*>(erased)); }) {}
    Element(const Element&) = delete;
    Element& operator=(const Element&) = delete;

    void write(Writer& writer) const { write_(writer, value_); }

private:
    const void* value_;
    void (*write_)(Writer&, const void*);
};

struct Field {
    std::string_view key;
    Element value;
};

/// `object({{"id", 7}, {"tags", array({"a", "b"})}})`
Text object(std::initializer_list<Field> fields = {});
Text array(std::initializer_list<Element> elements = {});

/// Any one value as JSON.
template <class T>
Text text(const T& value) {
    std::string out;
    Writer(out).value(value);
    return Text(std::move(out));
}

}  // namespace sio::json

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The words in which payloads are described (domain.md 2).  Thread: any; everything is constant.
namespace desk::schema {

enum class Kind : std::uint8_t {
    Id,       ///< desk/model/ids.hpp
    Text,     ///< at most `most` code points
    Content,  ///< text whose length the command checks, against a limit that is configured
    Key,      ///< 1 to 128 bytes that the client chose
    Time,     ///< ISO 8601, UTC, milliseconds
    Integer,  ///< `least` to `most`
    Number,   ///< any
    Boolean,
    Word,          ///< one of `words`
    ErrorCode,     ///< desk/model/error.hpp
    Object,        ///< `object`
    Partial,       ///< some members of `object`
    Any,           ///< any JSON
    AnyObject,     ///< a JSON object whose members are the clients' own affair
    Array,         ///< at most `most` of `element`
    Map,           ///< an object of `element`s by id
    TextOrObject,  ///< a text whose length the command checks, or `object`
    OneOrMany,     ///< `object`, or an array of at most `most` of it
};

/// A closed list of words with a name of its own.
struct WordList {
    std::string_view name;
    std::span<const std::string_view> words;
};

struct Object;

struct Type {
    Kind kind = Kind::Any;
    bool nullable = false;
    const WordList* words = nullptr;
    const Object* object = nullptr;
    const Type* element = nullptr;
    std::int64_t least = 0;
    std::int64_t most = 0;
};

struct Field {
    std::string_view name;
    Type type;
    bool required = true;
    std::string_view about = {};
};

/// A named record. In what clients write (`input`) null counts as absent.
struct Object {
    std::string_view name;
    std::string_view about;
    std::span<const Field> fields;
    bool input = false;
};

inline constexpr std::int64_t kMaxInteger = std::int64_t{1} << 53;  ///< what every client's numbers hold
inline constexpr std::int64_t kLongText = 4'096;                    ///< code points of texts that nothing else bounds

inline constexpr Type kId{.kind = Kind::Id};
inline constexpr Type kText{.kind = Kind::Text, .most = kLongText};
inline constexpr Type kContent{.kind = Kind::Content};
inline constexpr Type kKey{.kind = Kind::Key};
inline constexpr Type kTime{.kind = Kind::Time};
inline constexpr Type kCount{.kind = Kind::Integer, .most = kMaxInteger};
inline constexpr Type kNumber{.kind = Kind::Number};
inline constexpr Type kFlag{.kind = Kind::Boolean};
inline constexpr Type kAny{.kind = Kind::Any};
inline constexpr Type kAnyObject{.kind = Kind::AnyObject};

constexpr Type text(std::int64_t most) { return {.kind = Kind::Text, .most = most}; }
constexpr Type integer(std::int64_t least, std::int64_t most) { return {.kind = Kind::Integer, .least = least, .most = most}; }
constexpr Type one_of(const WordList& words) { return {.kind = Kind::Word, .words = &words}; }
constexpr Type ref(const Object& object) { return {.kind = Kind::Object, .object = &object}; }
constexpr Type partial(const Object& object) { return {.kind = Kind::Partial, .object = &object}; }
constexpr Type text_or(const Object& object) { return {.kind = Kind::TextOrObject, .object = &object}; }
constexpr Type one_or_many(const Object& object, std::int64_t most) { return {.kind = Kind::OneOrMany, .object = &object, .most = most}; }
/// `element` must live as long as the program.
constexpr Type list(const Type& element, std::int64_t most = kMaxInteger) {
    return {.kind = Kind::Array, .element = &element, .most = most};
}
constexpr Type map(const Type& element) { return {.kind = Kind::Map, .element = &element}; }
constexpr Type nullable(Type type) {
    type.nullable = true;
    return type;
}

constexpr Field req(std::string_view name, Type type, std::string_view about = {}) { return {name, type, true, about}; }
/// May be absent.
constexpr Field opt(std::string_view name, Type type, std::string_view about = {}) { return {name, type, false, about}; }
/// May be absent or null.
constexpr Field maybe(std::string_view name, Type type, std::string_view about = {}) { return {name, nullable(type), false, about}; }

}  // namespace desk::schema

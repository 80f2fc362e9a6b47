#include "desk/schema/validate.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "desk/model/ids.hpp"
#include "sio/base/clock.hpp"

namespace desk::schema {

namespace {

using sio::json::Value;

/// What is wrong; its place is put together on the way out, so that a good value costs nothing.
struct Wrong {
    std::string_view reason;  // static; empty: too long
    std::int64_t limit = 0;
    std::string path;
};
using Check = std::optional<Wrong>;

Check check(const Type& type, Value value);

Check wrong(std::string_view reason) { return Wrong{reason, 0, {}}; }

Check within(std::string_view place, Check inner) {
    if (inner) {
        // An index follows its list without a dot.
        const bool joined = inner->path.empty() || inner->path.starts_with('[');
        inner->path.insert(0, std::string(place) + (joined ? "" : "."));
    }
    return inner;
}

bool has_more_code_points(std::string_view text, std::int64_t most) {
    if (std::cmp_less_equal(text.size(), most)) return false;
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    return std::cmp_greater(std::ranges::count_if(text, [&](char c) { return !continues(c); }), most);
}

bool is_one_of(const WordList& list, std::string_view text) { return std::ranges::find(list.words, text) != list.words.end(); }

Check check_text(const Type& type, std::string_view text) {
    switch (type.kind) {
        case Kind::Id: return is_valid_id(text) ? Check() : wrong("BAD_ID");
        case Kind::Key: return text.empty() || text.size() > 128 || text.contains('\0') ? wrong("MALFORMED") : Check();
        case Kind::Word: return is_one_of(*type.words, text) ? Check() : wrong("UNKNOWN_VALUE");
        case Kind::Time: return sio::parse_iso8601(text) ? Check() : wrong("NOT_A_TIME");
        case Kind::ErrorCode: return error_code_from(text) ? Check() : wrong("UNKNOWN_VALUE");
        case Kind::Content: return {};
        default: return has_more_code_points(text, type.most) ? Wrong{{}, type.most, {}} : Check();
    }
}

Check check_members(const Object& object, Value value, bool partial) {
    if (value.exists() && !value.is_null() && !value.is_object()) return wrong("NOT_AN_OBJECT");
    for (const Field& field : object.fields) {
        const Value member = value[field.name];
        if (!member || member.is_null()) {
            const bool missing = field.required && !partial && !(member && field.type.nullable);
            if (missing) return within(field.name, wrong("REQUIRED"));
            continue;
        }
        if (auto inner = check(field.type, member)) return within(field.name, std::move(inner));
    }
    return {};
}

Check check_each(const Type& type, Value value) {
    if (std::cmp_greater(value.size(), type.most)) return wrong("TOO_MANY");
    std::size_t index = 0;
    for (const Value element : value.elements()) {
        auto inner = type.kind == Kind::Array ? check(*type.element, element) : check_members(*type.object, element, false);
        if (inner) return within('[' + std::to_string(index) + ']', std::move(inner));
        ++index;
    }
    return {};
}

Check check_map(const Type& type, Value value) {
    if (!value.is_object()) return wrong("NOT_AN_OBJECT");
    for (const auto [key, member] : value.members()) {
        if (auto inner = check(*type.element, member)) return within(key, std::move(inner));
    }
    return {};
}

Check check_integer(const Type& type, Value value) {
    if (!value.is_number()) return wrong("NOT_A_NUMBER");
    const auto number = value.integer();
    if (!number) return wrong("NOT_AN_INTEGER");
    return *number < type.least || *number > type.most ? wrong("OUT_OF_RANGE") : Check();
}

Check check(const Type& type, Value value) {
    switch (type.kind) {
        case Kind::Any: return {};
        case Kind::Integer: return check_integer(type, value);
        case Kind::Number: return value.is_number() ? Check() : wrong("NOT_A_NUMBER");
        case Kind::Boolean: return value.is_boolean() ? Check() : wrong("NOT_A_BOOLEAN");
        case Kind::AnyObject: return value.is_object() ? Check() : wrong("NOT_AN_OBJECT");
        case Kind::Object: return check_members(*type.object, value, false);
        case Kind::Partial: return check_members(*type.object, value, true);
        case Kind::Array: return value.is_array() ? check_each(type, value) : wrong("NOT_AN_ARRAY");
        case Kind::Map: return check_map(type, value);
        case Kind::OneOrMany: return value.is_array() ? check_each(type, value) : check_members(*type.object, value, false);
        case Kind::TextOrObject: return value.is_string() ? Check() : check_members(*type.object, value, false);
        default: {
            const auto text = value.string();
            return text ? check_text(type, *text) : wrong("NOT_A_STRING");
        }
    }
}

Result<void> told(Check found) {
    if (!found) return {};
    if (found->reason.empty()) return fail(Error{ErrorCode::PayloadTooLarge}.with("field", found->path).with("limit", found->limit));
    if (found->path.empty()) return fail(Error{ErrorCode::InvalidPayload}.because(found->reason));
    return invalid(found->path, found->reason);
}

}  // namespace

Result<void> validate(const Type& type, Value value) { return told(check(type, value)); }

Result<void> validate_parameter(const Field& field, std::string_view text) {
    if (text.empty()) return field.required ? invalid(field.name, "REQUIRED") : Result<void>();
    const Type& type = field.type;
    if (type.kind == Kind::Boolean) return text == "true" || text == "false" ? Result<void>() : invalid(field.name, "NOT_A_BOOLEAN");
    if (type.kind != Kind::Integer) return told(within(field.name, check_text(type, text)));
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool good = error == std::errc{} && end == text.data() + text.size() && number >= type.least && number <= type.most;
    return good ? Result<void>() : invalid(field.name, "OUT_OF_RANGE");
}

}  // namespace desk::schema

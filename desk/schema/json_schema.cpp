#include "desk/schema/json_schema.hpp"

#include "desk/model/error.hpp"

namespace desk::schema {

namespace {

using sio::json::Writer;

constexpr std::string_view kIdPattern = "^[A-Za-z0-9_.@|+=-]{1,128}$";

std::string name_of(const Type& type) {
    switch (type.kind) {
        case Kind::Word: return std::string(type.words->name);
        case Kind::ErrorCode: return "ErrorCode";
        case Kind::Object: return std::string(type.object->name);
        case Kind::Partial: return std::string(type.object->name) + "Part";
        default: return {};
    }
}

void write_reference(Writer& w, std::string_view name) {
    w.begin_object().field("$ref", "#/components/schemas/" + std::string(name)).end_object();
}

/// `"type":name`, or with null beside it.
Writer& write_type(Writer& w, std::string_view name, bool or_null) {
    if (or_null)
        w.key("type").begin_array().value(name).value("null").end_array();
    else
        w.field("type", name);
    return w;
}

void write_array(Writer& w, const Type& type, bool or_null) {
    write_type(w, "array", or_null);
    w.key("items");
    write_schema(w, *type.element);
    if (type.most != kMaxInteger) w.field("maxItems", type.most);
}

/// A record alone, or something else besides it.
void write_choice(Writer& w, const Type& type, bool or_null) {
    w.key("anyOf").begin_array();
    write_reference(w, type.object->name);
    w.begin_object();
    if (type.kind == Kind::TextOrObject) {
        w.field("type", "string");
    } else {
        w.field("type", "array").key("items");
        write_reference(w, type.object->name);
        w.field("maxItems", type.most);
    }
    w.end_object();
    if (or_null) w.begin_object().field("type", "null").end_object();
    w.end_array();
}

void write_plain(Writer& w, const Type& type, bool or_null) {
    switch (type.kind) {
        case Kind::Id: write_type(w, "string", or_null).field("pattern", kIdPattern); break;
        case Kind::Content: write_type(w, "string", or_null); break;
        case Kind::Text: write_type(w, "string", or_null).field("maxLength", type.most); break;
        case Kind::Key: write_type(w, "string", or_null).field("minLength", 1).field("maxLength", 128); break;
        case Kind::Time: write_type(w, "string", or_null).field("format", "date-time"); break;
        case Kind::Integer:
            write_type(w, "integer", or_null).field("minimum", type.least);
            if (type.most != kMaxInteger) w.field("maximum", type.most);
            break;
        case Kind::Number: write_type(w, "number", or_null); break;
        case Kind::Boolean: write_type(w, "boolean", or_null); break;
        case Kind::AnyObject: write_type(w, "object", or_null); break;
        case Kind::Array: write_array(w, type, or_null); break;
        case Kind::Map:
            write_type(w, "object", or_null);
            w.key("additionalProperties");
            write_schema(w, *type.element);
            break;
        case Kind::TextOrObject:
        case Kind::OneOrMany: write_choice(w, type, or_null); break;
        default: break;
    }
}

void write_record(Writer& w, const Object& object, bool partial) {
    w.begin_object().field("type", "object").field("description", object.about).key("properties").begin_object();
    for (const Field& field : object.fields) {
        w.key(field.name);
        write_schema(w, field.type, field.about, object.input && !field.required);
    }
    w.end_object();
    bool any = false;
    for (const Field& field : object.fields) {
        if (!field.required || partial) continue;
        if (!std::exchange(any, true)) w.key("required").begin_array();
        w.value(field.name);
    }
    if (any) w.end_array();
    w.end_object();
}

}  // namespace

void write_schema(Writer& w, const Type& type, std::string_view about, bool or_null) {
    or_null = or_null || type.nullable;
    const std::string name = name_of(type);
    if (!name.empty() && !or_null && about.empty()) return write_reference(w, name);
    w.begin_object();
    if (!about.empty()) w.field("description", about);
    if (name.empty()) {
        write_plain(w, type, or_null);
    } else {
        w.key(or_null ? "anyOf" : "allOf").begin_array();
        write_reference(w, name);
        if (or_null) w.begin_object().field("type", "null").end_object();
        w.end_array();
    }
    w.end_object();
}

void write_schemas(Writer& w, const Records& records) {
    w.begin_object();
    for (const Object* object : records.objects()) {
        w.key(object->name);
        write_record(w, *object, false);
    }
    for (const Object* object : records.partials()) {
        w.key(std::string(object->name) + "Part");
        write_record(w, *object, true);
    }
    for (const WordList* list : records.word_lists()) {
        w.key(list->name).begin_object().field("type", "string").field("enum", list->words).end_object();
    }
    w.key("ErrorCode").begin_object().field("type", "string").key("enum").begin_array();
    for (std::size_t i = 0; i < kErrorCodes; ++i) w.value(info(static_cast<ErrorCode>(i)).code);
    w.end_array().end_object().end_object();
}

std::string indented(std::string_view json) {
    std::string out;
    out.reserve(json.size() * 2);
    std::size_t depth = 0;
    bool quoted = false;
    const auto line = [&] { out.append("\n").append(2 * depth, ' '); };
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted) {
            out += c;
            if (c == '\\') out += json[++i];
            quoted = c != '"';
            continue;
        }
        const bool opens = c == '{' || c == '[';
        const bool closes = c == '}' || c == ']';
        if (opens && i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']')) {
            out.append(json.substr(i++, 2));
            continue;
        }
        if (closes) {
            --depth;
            line();
        }
        out += c;
        if (opens) ++depth;
        if (opens || c == ',') line();
        if (c == ':') out += ' ';
        quoted = c == '"';
    }
    return out += '\n';
}

}  // namespace desk::schema

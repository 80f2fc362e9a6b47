#include "desk/model/fields.hpp"

#include "desk/model/limits.hpp"
#include "sio/base/json_writer.hpp"

namespace desk {

namespace {

// How many a message may hold is the command's to say; this only bounds the work before it.
constexpr std::size_t kMostAttachments = 1'000;

}  // namespace

Fields::Fields(sio::json::Value object) : object_(object) {
    if (!object.is_object()) error_ = Error{ErrorCode::InvalidPayload}.because("NOT_AN_OBJECT");
}

void Fields::wrong(std::string_view name, std::string_view reason) {
    if (!error_) error_ = invalid(name, reason).error();
}

sio::json::Value Fields::present(std::string_view name) const {
    const auto value = object_[name];
    return value.is_null() ? sio::json::Value{} : value;
}

std::string Fields::text(std::string_view name) {
    auto text = optional_text(name);
    if (!text) wrong(name, "REQUIRED");
    return std::move(text).value_or("");
}

std::optional<std::string> Fields::optional_text(std::string_view name) {
    const auto value = present(name);
    if (!value) return std::nullopt;
    const auto text = value.string();
    if (!text) wrong(name, "NOT_A_STRING");
    return std::string(text.value_or(""));
}

std::string Fields::id(std::string_view name) {
    auto id = optional_id(name);
    if (!id) wrong(name, "REQUIRED");
    return std::move(id).value_or("");
}

std::optional<std::string> Fields::optional_id(std::string_view name) {
    auto text = optional_text(name);
    if (text && !is_valid_id(*text)) wrong(name, "BAD_ID");
    return text;
}

std::vector<std::string> Fields::texts(std::string_view name, std::size_t limit) {
    std::vector<std::string> texts;
    const auto value = present(name);
    if (value && !value.is_array()) wrong(name, "NOT_AN_ARRAY");
    if (value.size() > limit) {
        wrong(name, "TOO_MANY");
        return texts;
    }
    for (const auto element : value.elements()) {
        const auto text = element.string();
        if (!text) wrong(name, "NOT_A_STRING");
        texts.emplace_back(text.value_or(""));
    }
    return texts;
}

std::vector<std::string> Fields::ids(std::string_view name, std::size_t limit) {
    auto ids = texts(name, limit);
    for (const auto& id : ids) {
        if (!is_valid_id(id)) wrong(name, "BAD_ID");
    }
    return ids;
}

std::vector<Attachment> Fields::attachments(std::string_view name) {
    std::vector<Attachment> attachments;
    const auto value = present(name);
    if (value && !value.is_array()) wrong(name, "NOT_AN_ARRAY");
    if (value.size() > kMostAttachments) {
        wrong(name, "TOO_MANY");
        return attachments;
    }
    for (const auto element : value.elements()) {
        Fields fields(element);
        Attachment& attachment = attachments.emplace_back();
        attachment.id = fields.optional_text("id").value_or("");
        attachment.name = fields.text("name");
        attachment.mime = fields.text("mime");
        attachment.size = fields.member("size").integer().value_or(0);
        attachment.url = fields.text("url");
        if (fields.error()) wrong(name, "BAD_ATTACHMENT");
    }
    return attachments;
}

bool Fields::flag(std::string_view name) {
    const auto value = present(name);
    if (!value) return false;
    if (!value.is_boolean()) wrong(name, "NOT_A_BOOLEAN");
    return value.boolean().value_or(false);
}

std::string Fields::object(std::string_view name) {
    const auto value = present(name);
    if (!value) return "{}";
    if (!value.is_object()) wrong(name, "NOT_AN_OBJECT");
    return sio::json::text(value).str();
}

}  // namespace desk

#include "desk/model/text.hpp"

#include "sio/base/utf8.hpp"

namespace desk {

std::string clean_text(std::string_view raw) {
    const bool clean = raw.find('\0') == std::string_view::npos;
    if (clean && sio::utf8::valid(raw)) return std::string(raw);
    std::string repaired = sio::utf8::repair(raw);
    if (clean) return repaired;
    std::string out;
    out.reserve(repaired.size() + 2);
    for (const char c : repaired) {
        if (c == '\0') {
            out += "\xEF\xBF\xBD";
        } else {
            out += c;
        }
    }
    return out;
}

Result<std::string> bounded_text(std::string_view field, std::string_view raw, std::size_t limit) {
    std::string text = clean_text(raw);
    // A code point takes at least one byte, so the count is needed for long texts only.
    if (text.size() > limit && sio::utf8::count(text) > limit) {
        return fail(Error{ErrorCode::PayloadTooLarge, {}, {}}.with("field", field).with("limit", static_cast<std::int64_t>(limit)));
    }
    return text;
}

Result<std::string> required_text(std::string_view field, std::string_view raw, std::size_t limit) {
    if (raw.find_first_not_of(" \t\r\n") == std::string_view::npos) return invalid(field, "REQUIRED");
    return bounded_text(field, raw, limit);
}

}  // namespace desk

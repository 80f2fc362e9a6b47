#include "desk/rest/route.hpp"

#include "sio/base/bytes.hpp"

namespace desk::rest {

namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    if (path.ends_with('/')) path.remove_suffix(1);
    while (path.starts_with('/')) {
        const std::size_t end = path.find('/', 1);
        segments.push_back(path.substr(1, end == std::string_view::npos ? end : end - 1));
        path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
    }
    return segments;
}

}  // namespace

Route::Route(sio::http::Method method, std::string_view pattern) : method_(method) {
    for (const auto segment : split(pattern)) segments_.emplace_back(segment.starts_with('{') ? std::string_view{} : segment);
}

std::optional<std::vector<std::string>> Route::match(std::string_view path) const {
    const auto segments = split(path);
    if (segments.size() != segments_.size()) return std::nullopt;
    std::vector<std::string> values;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (!segments_[i].empty()) {
            if (segments[i] != segments_[i]) return std::nullopt;
            continue;
        }
        auto value = decode_segment(segments[i]);
        if (!value || value->empty()) return std::nullopt;
        values.push_back(std::move(*value));
    }
    return values;
}

std::optional<std::string> decode_segment(std::string_view segment) {
    std::string out;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        if (segment[i] != '%') {
            out += segment[i];
            continue;
        }
        if (i + 2 >= segment.size()) return std::nullopt;
        const int high = sio::hex_digit(segment[i + 1]);
        const int low = sio::hex_digit(segment[i + 2]);
        if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

}  // namespace desk::rest

#pragma once

#include <optional>
#include <string_view>

namespace sio::http {

/// Calls `each(name, value)` for every pair of a query, `a=1&b`, in order, as it stands there: see form_decoded(). `value` is a
/// std::optional<std::string_view>, none without a '='. An empty pair is one with an empty name and no value.
template <class Each>
void for_each_pair(std::string_view query, Each each) {
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        const auto equals = pair.find('=');
        each(pair.substr(0, equals), equals == std::string_view::npos ? std::nullopt : std::optional(pair.substr(equals + 1)));
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    }
}

}  // namespace sio::http

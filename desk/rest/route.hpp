#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sio/http/message.hpp"

namespace desk::rest {

/// A method and a path with placeholders, `/v1/tickets/{id}/messages`.  Thread: any; immutable.
class Route {
public:
    Route(sio::http::Method method, std::string_view pattern);

    sio::http::Method method() const { return method_; }
    /// The percent-decoded values of the placeholders in order, when the path is of this form. A trailing slash does not matter.
    std::optional<std::vector<std::string>> match(std::string_view path) const;

private:
    sio::http::Method method_;
    std::vector<std::string> segments_;  // empty: a placeholder
};

/// Percent-decoding; nullopt for a broken escape or a NUL.
std::optional<std::string> decode_segment(std::string_view segment);

}  // namespace desk::rest

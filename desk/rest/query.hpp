#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "desk/model/enums.hpp"
#include "desk/model/error.hpp"
#include "sio/http/message.hpp"

namespace desk::rest {

/// Reads the query parameters of a request; the first that is wrong is kept, as in Fields.
class Query {
public:
    explicit Query(const sio::http::Request& request) : request_(request) {}

    /// Empty when absent.
    std::string text(std::string_view name) const { return request_.parameter(name).value_or(""); }

    std::int64_t number(std::string_view name, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
        const std::string written = text(name);
        if (written.empty()) return otherwise;
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
        if (error != std::errc{} || end != written.data() + written.size() || value < least || value > most) wrong(name, "OUT_OF_RANGE");
        return value;
    }

    template <Named E>
    std::optional<E> one_of(std::string_view name) {
        const std::string written = text(name);
        if (written.empty()) return std::nullopt;
        const auto value = from_string<E>(written);
        if (!value) wrong(name, "UNKNOWN_VALUE");
        return value;
    }

    std::optional<Error> error() { return std::move(error_); }

private:
    void wrong(std::string_view name, std::string_view reason) {
        if (!error_) error_ = invalid(name, reason).error();
    }

    const sio::http::Request& request_;
    std::optional<Error> error_;
};

}  // namespace desk::rest

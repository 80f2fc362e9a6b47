#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "desk/model/enums.hpp"
#include "desk/model/error.hpp"
#include "sio/base/bytes.hpp"
#include "sio/base/clock.hpp"
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
        // Every bound here is 0 or more.
        const auto value = sio::parse_decimal(written);
        if (!value || std::cmp_less(*value, least) || std::cmp_greater(*value, most)) {
            wrong(name, "OUT_OF_RANGE");
            return otherwise;
        }
        return static_cast<std::int64_t>(*value);
    }

    /// ISO 8601, or epoch milliseconds.
    std::optional<std::int64_t> time_us(std::string_view name) {
        const std::string written = text(name);
        if (written.empty()) return std::nullopt;
        constexpr std::uint64_t kMaxMs = 253'402'300'799'999;  // the end of the year 9999
        if (const auto ms = sio::parse_decimal(written)) return static_cast<std::int64_t>(std::min(*ms, kMaxMs)) * 1000;
        const auto ms = sio::parse_iso8601(written);
        if (!ms) wrong(name, "NOT_A_TIME");
        return ms.value_or(0) * 1000;
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

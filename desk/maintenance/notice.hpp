#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/store/sql.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::maintenance {

/// What an operator tells everybody: the helpdesk, or one org's part of it, will be or is worked on (domain.md 3.13).
struct Notice {
    std::string id;
    std::optional<std::string> org;  ///< nullopt: every org
    std::string message;
    std::int64_t starts_at_us = 0;
    std::optional<std::int64_t> ends_at_us;  ///< nullopt: until it is cancelled
    bool cancelled = false;

    /// Whether somebody who comes now is told.
    bool current(std::int64_t now_us) const { return !cancelled && (!ends_at_us || *ends_at_us > now_us); }
    bool concerns(std::string_view of_org) const { return !org || *org == of_org; }
    bool operator==(const Notice&) const = default;
};
/// The payload of `system:maintenance`.
void write_json(sio::json::Writer& w, const Notice& notice);

/// Errors: see Session.
class Notices {
public:
    explicit Notices(store::sql::Session& session) : session_(session) {}
    std::optional<Notice> find(std::string_view id) const;
    /// Those that are current, in the order of their beginning.
    std::vector<Notice> current(std::int64_t now_us) const;
    void save(const Notice& notice);

private:
    store::sql::Session& session_;
};

}  // namespace desk::maintenance

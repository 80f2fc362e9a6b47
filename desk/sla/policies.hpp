#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "desk/model/calendar.hpp"
#include "desk/model/sla_policy.hpp"
#include "desk/store/sql.hpp"

/// What an org promises its customers, and when it works, in the store. Thread, errors: see Session.
namespace desk::sla {

class Calendars {
public:
    Calendars(store::sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<Calendar> find(std::string_view id) const;
    /// By id, after `after`.
    std::vector<Calendar> list(std::string_view after, std::int64_t limit) const;
    std::int64_t count() const;
    void save(const Calendar& calendar);

private:
    store::sql::Session& session_;
    std::string_view org_;
};

class Policies {
public:
    Policies(store::sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<SlaPolicy> find(std::string_view id) const;
    /// In the order in which they are tried: by position, then id.
    std::vector<SlaPolicy> all() const;
    /// Of one calendar.
    std::vector<SlaPolicy> of_calendar(std::string_view calendar) const;
    void save(const SlaPolicy& policy);
    /// Its tickets are to count again.
    void begin_recount(std::string_view id);

private:
    store::sql::Session& session_;
    std::string_view org_;
};

}  // namespace desk::sla

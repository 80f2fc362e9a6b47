#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/ticket_sla.hpp"
#include "desk/store/sql.hpp"

/// The timers: a row for each target and cycle of a ticket, which says when its next warning or breach is due. Thread, errors: see Session.
namespace desk::sla {

class Targets {
public:
    Targets(store::sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    /// Writes the rows of what differs.
    void save(std::string_view ticket, const std::optional<TicketSla>& before, const TicketSla& after, std::int64_t now_us);
    /// Whatever was due of the ticket is not any more: the row is taken by who then does what was due, in the same transaction.
    void claim(std::string_view ticket, std::int64_t now_us);
    /// Tickets of a policy with something that is not over, by id after `after`.
    std::vector<std::string> tickets_of(std::string_view policy, std::string_view after, std::int64_t limit) const;

private:
    store::sql::Session& session_;
    std::string_view org_;
};

struct DueTicket {
    std::string org;
    std::string ticket;
    bool operator==(const DueTicket&) const = default;
};

/// What is due in all orgs.
struct DueTickets {
    std::vector<DueTicket> due;           ///< the oldest first
    std::optional<std::int64_t> next_us;  ///< when the next one after them is, if known
};
DueTickets due_tickets(store::sql::Session& session, std::int64_t now_us, std::int64_t limit);

/// A policy whose tickets are to count again, those behind `after`.
struct Recount {
    std::string org;
    std::string policy;
    std::string after;
};
std::optional<Recount> next_recount(store::sql::Session& session);
/// The ticket behind which it goes on; none: it is done.
std::optional<std::string> recount_position(store::sql::Session& session, std::string_view org, std::string_view policy);
void move_recount(store::sql::Session& session, const Recount& recount);
void end_recount(store::sql::Session& session, const Recount& recount);

}  // namespace desk::sla

#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "desk/model/domain_event.hpp"
#include "desk/store/transaction.hpp"

/// How many tickets an org has of each kind, kept in the store by increments, so that a dashboard of a million tickets opens at once.
namespace desk::dashboard {

/// Tickets of the same kind. Of those that are done only the status counts.
struct TicketKind {
    TicketStatus status = TicketStatus::New;
    Priority priority = Priority::Low;
    bool assigned = false;
    auto operator<=>(const TicketKind&) const = default;
};
TicketKind kind_of(const Ticket& ticket);

/// Kinds and people of whom there are none are not in it.
struct TicketCounts {
    std::map<TicketKind, std::int64_t> tickets;
    std::map<std::string, std::int64_t> open_of;  ///< open tickets by assignee
    bool operator==(const TicketCounts&) const = default;
};

/// The reaction by which every change of a ticket and of its promises is counted, in the transaction that makes it.  Thread: a store's
/// worker.
void count(store::Transaction& tx, const DomainEvent& event);

/// The counts of one org. Thread, errors: see sql::Session.
class Counters {
public:
    Counters(store::sql::Session& session, std::string_view org) : session_(session), org_(org) {}

    TicketCounts read() const;
    /// The same, counted from the tickets themselves: reads an index entry of each.
    TicketCounts recount() const;
    /// Puts what the tickets say in the place of what was counted.
    void rebuild();

    /// Open tickets that were made after `since_us`.
    std::int64_t open_since(std::int64_t since_us) const;
    /// When the oldest open ticket after `since_us` was made, if there is one.
    std::optional<std::int64_t> first_open_after(std::int64_t since_us) const;

    void add(const TicketKind& kind, std::int64_t tickets);
    void add_open_of(std::string_view user, std::int64_t tickets);

private:
    store::sql::Session& session_;
    std::string_view org_;
};

}  // namespace desk::dashboard

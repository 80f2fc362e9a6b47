#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/ticket.hpp"
#include "desk/store/sql.hpp"

namespace desk::store {

/// Which tickets a list wants; all given parts must hold. Newest change first, ties by id.
struct TicketFilter {
    std::optional<TicketStatus> status;
    std::optional<std::string> assignee;
    std::optional<std::string> team;
    bool unassigned = false;
    /// A customer's: those they asked for or take part in, and with `company` all of that company.
    std::optional<std::string> customer;
    std::optional<std::string> company;
    std::optional<std::int64_t> updated_since_us;
    /// Continue after this ticket of the last page: its updatedAt and id.
    std::optional<std::int64_t> before_updated_at_us;
    std::string before_id;
    std::int64_t limit = 50;
};

/// The tickets of one org.
class Tickets {
public:
    Tickets(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<Ticket> find(std::string_view id) const;
    bool exists(std::string_view id) const;
    std::vector<Ticket> list(const TicketFilter& filter) const;
    void insert(const Ticket& ticket);
    void update(const Ticket& ticket);
    /// What the ticket's clocks say, which is no change of the ticket.
    void save_sla(std::string_view id, const TicketSla& sla);
    bool has_number(std::int64_t number) const;
    /// What the backend that keeps the ticket last called its version; nullopt: no backend has published it.
    std::optional<std::int64_t> published_version(std::string_view id) const;
    void set_published_version(std::string_view id, std::int64_t version);

private:
    void save_participants(const Ticket& ticket);

    sql::Session& session_;
    std::string_view org_;
};

/// The messages of one org's tickets.
class TicketMessages {
public:
    TicketMessages(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<Message> find(std::string_view id) const;
    std::optional<Message> find_resent(std::string_view ticket, std::string_view author, std::string_view client_message_id) const;
    /// In order, numbers greater than `after`; internal ones on demand.
    std::vector<Message> list(std::string_view ticket, std::int64_t after, std::int64_t limit, bool with_internal) const;
    void insert(const Message& message);

private:
    sql::Session& session_;
    std::string_view org_;
};

}  // namespace desk::store

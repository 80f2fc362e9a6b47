#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "desk/model/domain_event.hpp"
#include "desk/model/ids.hpp"
#include "desk/model/limits.hpp"
#include "desk/store/chat_repository.hpp"
#include "desk/store/doors.hpp"
#include "desk/store/known_users.hpp"
#include "desk/store/log.hpp"
#include "desk/store/notification_repository.hpp"
#include "desk/store/people_repository.hpp"
#include "desk/store/ticket_repository.hpp"

namespace desk::store {

/// One org as it was at one moment, for reading. Every query is bound to that org: there is no way to ask for another's rows.
/// A failing store gives no rows; who runs the snapshot sees the failure and answers Unavailable whatever was concluded from it.
/// Thread: the one that runs it, for the call.
class Snapshot {
public:
    Snapshot(sql::Session& session, std::string_view org, std::int64_t now_us) : session_(session), org_(org), now_us_(now_us) {}

    const std::string& org() const { return org_; }
    /// The time this began, microseconds since 1970 UTC.
    std::int64_t now_us() const { return now_us_; }

    // NOLINTBEGIN(readability-const-return-type): const is what keeps a snapshot from writing
    const Orgs orgs() const { return {session_, org_}; }
    const Users users() const { return {session_, org_}; }
    const Teams teams() const { return {session_, org_}; }
    const Tickets tickets() const { return {session_, org_}; }
    const TicketMessages ticket_messages() const { return {session_, org_}; }
    const Conversations conversations() const { return {session_, org_}; }
    const ChatMessages chat_messages() const { return {session_, org_}; }
    const Notifications notifications() const { return {session_, org_}; }
    const Revocations revocations() const { return {session_, org_}; }
    // NOLINTEND(readability-const-return-type)
    LogReader log() const { return {session_, org_}; }

    /// For repositories of other folders; their queries must name the org.
    sql::Session& session() const { return session_; }

private:
    sql::Session& session_;
    std::string org_;
    std::int64_t now_us_;
};

class Transaction;

/// What one capability does when something happens in another: same transaction, in the order of registration.
using Reaction = std::function<void(Transaction&, const DomainEvent&)>;

/// What one capability keeps in the tickets of another: called before a ticket is stored and told of, with how it was before (null: it is
/// new). Same transaction, in the order of registration.
using TicketRule = std::function<void(Transaction&, const Ticket* before, Ticket& after)>;

/// Microseconds since 1970 UTC.
using NowUs = std::function<std::int64_t()>;

/// What outlives a transaction and is shared by those of one worker.
struct Shared {
    IdGenerator& ids;
    const KnownUsers& known;
    const std::vector<Reaction>& reactions;
    const std::vector<TicketRule>& ticket_rules;
    const NowUs& real_us;
    std::vector<MetUser>& met;  ///< to be known after the commit
    const MessageLimits& message_limits;
};

/// One command's work on one org: all of it is committed, or nothing. The org's counter row is locked, so no other writer of this org runs
/// meanwhile. A failing statement breaks the transaction: later ones do nothing, and the executor answers with the failure.
class Transaction : public Snapshot {
public:
    Transaction(sql::Session& session, EventLog& log, std::int64_t now_us, const Shared& shared)
        : Snapshot(session, log.org(), now_us), log_(log), shared_(shared) {}

    Orgs orgs() { return {session(), org()}; }
    Users users() { return {session(), org()}; }
    Teams teams() { return {session(), org()}; }
    Tickets tickets() { return {session(), org()}; }
    TicketMessages ticket_messages() { return {session(), org()}; }
    Conversations conversations() { return {session(), org()}; }
    ChatMessages chat_messages() { return {session(), org()}; }
    Notifications notifications() { return {session(), org()}; }
    Revocations revocations() { return {session(), org()}; }

    /// The machine's clock, which no test clock moves: for time-outs (domain.md 9 "Time").
    std::int64_t real_us() const { return shared_.real_us(); }

    std::string next_id(IdKind kind) { return shared_.ids.next(kind, now_us()); }
    std::int64_t next_ticket_number() { return log_.next_ticket_number(); }
    void reserve_ticket_number(std::int64_t number) { log_.reserve_ticket_number(number); }
    std::span<const EventRow> rows_after(std::int64_t seq) const { return log_.rows_after(seq); }

    const MessageLimits& message_limits() const { return shared_.message_limits; }

    /// Appends to the org's log; emitted after the commit, in this order. The reference is valid until the next append.
    const EventRow& append(EventRow row) { return log_.append(std::move(row), now_us()); }

    /// The time that a row appended now is given: the log's times never step back.
    std::int64_t logged_us() const { return log_.time_of(now_us()); }

    /// Where the log stands after what was appended so far: what a reader who joins now has seen.
    Cursor position() const { return log_.position(); }

    /// Runs a part of the command by itself: when it refuses, or its own statement does, what it wrote is undone and the rest goes on.
    /// `part`: Result<T>().
    template <class Part>
    std::invoke_result_t<Part&> attempt(Part part) {
        const Mark mark = begin_part();
        auto result = part();
        if (auto failed = end_part(mark, result.has_value())) return std::unexpected(std::move(*failed));
        return result;
    }

    std::int64_t sla_policies() const { return log_.sla_policies(); }
    void count_sla_policy() { log_.count_sla_policy(); }

    /// Lets the rules complete a ticket that is about to be stored; `before` is null for a new one.
    void complete(const Ticket* before, Ticket& after);

    /// Tells the reactions, in their order.
    void raise(const DomainEvent& event);

    /// The stored person behind `actor`. Creates org, teams and user from the token's claims when the store does not know them, and
    /// follows a newer token where no record says otherwise (domain.md 3.8 and 9).
    UserRef ensure(const Actor& actor);
    /// The same for somebody who has written nothing: no place is kept for them in memory.
    User note(const Actor& actor);

    /// The stored person of that id, made when a backend that publishes is the first to name them. Tokens and records know better.
    UserRef mirror(const UserRef& person);

    /// Saves a user record; who was cached is known anew after the commit.
    void save_user(const User& user);

private:
    struct Mark {
        EventLog::Mark log;
        std::size_t met;
        bool saved;
    };
    Mark begin_part();
    std::optional<Error> end_part(const Mark& mark, bool keep);

    EventLog& log_;
    const Shared& shared_;
};

}  // namespace desk::store

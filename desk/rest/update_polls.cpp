#include "desk/rest/update_polls.hpp"

#include <algorithm>
#include <utility>

#include "desk/delivery/homes.hpp"
#include "desk/session/rooms.hpp"

namespace desk::rest {

namespace {

/// No two exchanges of a server have it.
std::uint64_t key_of(sio::http::ExchangeId id) { return id.serial * 1024 + id.loop; }

}  // namespace

/// A request that waits.  Thread: the org's home loop, but for what is fixed.
struct UpdatePolls::Poll {
    Poll(UpdatePolls& polls, const Call& call, UpdatesWanted what, Reply to)
        : owner(polls),
          identity(call.identity),
          judge(call.judge),
          wanted(std::move(what)),
          reply(std::move(to)),
          key(key_of(call.exchange)),
          timer([](void* poll) { static_cast<Poll*>(poll)->time_is_over(); }, this) {}
    void time_is_over() {
        over = true;
        const auto mine = self.lock();
        if (!reading && owner.still_good(mine)) owner.end(mine);
    }
    const Actor& actor() const { return identity->actor; }
    std::string user() const { return rooms::user(actor().org, actor().user); }

    UpdatePolls& owner;
    std::weak_ptr<Poll> self;
    IdentityRef identity;
    const std::function<Result<IdentityRef>()> judge;
    const UpdatesWanted wanted;
    std::optional<Reply> reply;  ///< empty: answered
    const std::uint64_t key;
    std::optional<std::int64_t> after;  ///< nothing was found up to here
    std::optional<UpdatePage> last;     ///< what would be answered now
    std::int64_t newest = 0;            ///< seq of a row that came since
    bool reading = false;
    bool over = false;
    sio::runtime::Timer timer;
};

UpdatePolls::UpdatePolls(sio::Server& io, store::Store& store, Delivery& delivery, const Limits& limits)
    : io_(io), store_(store), delivery_(delivery), limits_(limits), boards_(io.loops().size()) {
    delivery.on_emitted([this](const EventRow& row) { woken(row); });
    delivery.keep([this](const std::string& org) { return waiting() > 0 && board(org).contains(org); });
}

UpdatePolls::~UpdatePolls() = default;

UpdatePolls::Board& UpdatePolls::board(const std::string& org) { return boards_[home_loop(io_, org).index()]; }

Result<void> UpdatePolls::enter(const std::string& user) {
    const auto too_many = [](std::string_view limit) {
        return fail(Error{ErrorCode::RateLimited}.with("retryAfterMs", 1000).with("limit", limit));
    };
    const std::scoped_lock lock(mutex_);
    if (count_.load(std::memory_order_relaxed) >= limits_.waiting_polls) return too_many("waiting_polls");
    std::uint32_t& mine = users_[user];
    if (mine >= limits_.waiting_polls_per_user) return too_many("waiting_polls_per_user");
    ++mine;
    count_.fetch_add(1, std::memory_order_relaxed);
    return {};
}

void UpdatePolls::serve(const Call& call, Reply reply, UpdatesWanted wanted, std::chrono::seconds wait) {
    if (wanted.since.empty() || wait.count() == 0 || stopping_) {
        store_.read(
            call.actor().org,
            [identity = call.identity, wanted](const store::Snapshot& snapshot) { return read_updates(snapshot, identity->actor, wanted); },
            [reply = std::move(reply), wanted](Result<UpdatePage>&& page) mutable {
                if (!page) return reply.refuse(page.error());
                reply.respond(std::move(*page).response(wanted.if_none_match));
            });
        return;
    }
    const std::string user = rooms::user(call.actor().org, call.actor().user);
    if (const auto entered = enter(user); !entered) return reply.refuse(entered.error());
    const auto poll = std::make_shared<Poll>(*this, call, std::move(wanted), std::move(reply));
    poll->self = poll;
    {
        const std::scoped_lock lock(mutex_);
        exchanges_[poll->key] = poll;
    }
    auto& home = home_loop(io_, poll->actor().org);
    run_on(home, [this, &home, poll, wait] {
        home.arm_after(poll->timer, wait);
        add(poll);
    });
}

void UpdatePolls::add(const std::shared_ptr<Poll>& poll) {
    if (!poll->reply) return;
    if (stopping_) poll->over = true;
    board(poll->actor().org)[poll->actor().org].emplace(poll.get(), poll);
    look(poll);
    delivery_.follow(poll->actor().org, [this, poll](std::int64_t position) { followed(poll, position); });
}

void UpdatePolls::followed(const std::shared_ptr<Poll>& poll, std::int64_t position) {
    poll->newest = std::max(poll->newest, position);
    if (poll->reply && !poll->reading && poll->newest > poll->after.value_or(0)) look(poll);
}

void UpdatePolls::gone(sio::http::ExchangeId exchange) {
    if (waiting() == 0) return;
    std::shared_ptr<Poll> poll;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = exchanges_.find(key_of(exchange));
        if (found == exchanges_.end()) return;
        poll = found->second.lock();
    }
    if (poll) run_on(home_loop(io_, poll->actor().org), [this, poll] { leave(*poll); });
}

void UpdatePolls::woken(const EventRow& row) {
    if (waiting() == 0 || row.nsp() != Namespace::Tickets) return;
    auto& orgs = board(row.org);
    const auto found = orgs.find(row.org);
    if (found == orgs.end()) return;
    // A refused read ends its poll before this returns.
    std::vector<std::shared_ptr<Poll>> polls;
    for (const auto& [at, poll] : found->second) {
        if (row.customers != Customers::Nothing || row.access || is_staff(poll->actor().role)) polls.push_back(poll);
    }
    for (const auto& poll : polls) {
        poll->newest = std::max(poll->newest, row.seq);
        if (!poll->reading) look(poll);
    }
}

void UpdatePolls::look(const std::shared_ptr<Poll>& poll) {
    poll->reading = true;
    auto& home = home_loop(io_, poll->actor().org);
    store_.read(
        poll->actor().org,
        [poll, identity = poll->identity, after = poll->after](const store::Snapshot& snapshot) {
            return read_updates(snapshot, identity->actor, poll->wanted, after);
        },
        [this, &home, poll](Result<UpdatePage>&& page) {
            home.post([this, poll, page = std::move(page)]() mutable { looked(poll, std::move(page)); });
        });
}

void UpdatePolls::looked(const std::shared_ptr<Poll>& poll, Result<UpdatePage> page) {
    poll->reading = false;
    if (!poll->reply) return;
    if (!page) {
        poll->reply->refuse(page.error());
        poll->reply.reset();
        return leave(*poll);
    }
    if (!still_good(poll)) return;
    if (page->empty) poll->after = page->up_to;
    const std::int64_t up_to = page->up_to;
    const bool news = !page->empty && !page->matches(poll->wanted.if_none_match);
    poll->last = std::move(*page);
    if (news || poll->over) return end(poll);
    if (poll->newest > up_to) look(poll);
}

bool UpdatePolls::still_good(const std::shared_ptr<Poll>& poll) {
    auto now = poll->judge();
    if (!now) {
        poll->reply->refuse(now.error());
        poll->reply.reset();
        leave(*poll);
        return false;
    }
    if (same_rights((*now)->actor, poll->actor())) return true;
    poll->identity = std::move(*now);
    poll->after.reset();
    poll->last.reset();
    look(poll);
    return false;
}

void UpdatePolls::end(const std::shared_ptr<Poll>& poll) {
    if (poll->reply && poll->last) {
        poll->reply->respond(std::move(*poll->last).response(poll->wanted.if_none_match));
        poll->reply.reset();
    }
    leave(*poll);
}

void UpdatePolls::leave(Poll& poll) {
    poll.timer.cancel();
    auto& orgs = board(poll.actor().org);
    const auto org = orgs.find(poll.actor().org);
    if (org == orgs.end()) return;
    const auto mine = org->second.find(&poll);
    if (mine == org->second.end()) return;
    const auto kept = std::move(mine->second);
    org->second.erase(mine);
    if (org->second.empty()) orgs.erase(org);
    poll.reply.reset();
    count_.fetch_sub(1, std::memory_order_relaxed);
    const std::scoped_lock lock(mutex_);
    exchanges_.erase(poll.key);
    const auto user = users_.find(poll.user());
    if (user != users_.end() && --user->second == 0) users_.erase(user);
}

void UpdatePolls::stop() {
    stopping_ = true;
    for (unsigned i = 0; i < io_.loops().size(); ++i) {
        io_.loops().at(i).post([this, i] { answer_all(boards_[i]); });
    }
}

void UpdatePolls::answer_all(Board& board) {
    std::vector<std::shared_ptr<Poll>> polls;
    for (const auto& [org, here] : board) {
        for (const auto& [at, poll] : here) polls.push_back(poll);
    }
    for (const auto& poll : polls) {
        if (poll->reading)
            poll->over = true;
        else
            end(poll);
    }
}

}  // namespace desk::rest

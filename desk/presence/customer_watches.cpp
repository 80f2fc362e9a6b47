#include "desk/presence/customer_watches.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "desk/delivery/homes.hpp"
#include "desk/presence/records.hpp"
#include "desk/session/rooms.hpp"

namespace desk::presence {

namespace {

// The rows of one change, and of changes close together, are looked at once.
constexpr std::chrono::milliseconds kLookAfter{20};
constexpr std::chrono::milliseconds kLookAgain{1000};

using Names = std::unordered_set<std::string>;

}  // namespace

std::vector<std::string> watched(const sio::Socket& socket, std::string_view org) {
    const std::string prefix = rooms::presence(org, "");
    std::vector<std::string> found;
    for (const std::string_view room : socket.rooms()) {
        if (room.starts_with(prefix)) found.emplace_back(room);
    }
    return found;
}

void stop_watching(sio::Socket& socket, const std::string& room) {
    if (!socket.in_room(room)) return;
    socket.leave(room);
    --seat_of(socket).subscribed;
}

/// What the store says.
struct CustomerWatches::Found {
    std::unordered_map<std::string, Names> agents;  // by customer
};

struct CustomerWatches::Board {
    Board(CustomerWatches& owner, sio::runtime::Loop& home)
        : watches(owner), loop(home), looking([](void* self) { static_cast<Board*>(self)->look(); }, this) {}
    void look() { watches.look(*this); }

    struct Doubtful {
        Names customers;
        Names conversations;
    };
    CustomerWatches& watches;
    sio::runtime::Loop& loop;
    std::unordered_map<std::string, std::unordered_map<std::string, std::vector<sio::SocketHandle>>> orgs;  // by customer
    std::unordered_map<std::string, Doubtful> doubtful;                                                     // by org
    sio::runtime::Timer looking;

    Doubtful& doubt(const std::string& org) {
        if (!looking.armed()) loop.arm_after(looking, kLookAfter);
        return doubtful[org];
    }
};

CustomerWatches::CustomerWatches(sio::Server& io, store::Store& store) : io_(io), store_(store) {
    for (unsigned i = 0; i < io.loops().size(); ++i) boards_.push_back(std::make_unique<Board>(*this, io.loops().at(i)));
}

CustomerWatches::~CustomerWatches() = default;

void CustomerWatches::begin(sio::Socket& socket) {
    auto& home = home_loop(io_, visitor_of(socket).actor().org);
    run_on(home, [&board = *boards_[home.index()], who = visitor_of(socket).identity, handle = socket.handle()] {
        auto& sockets = board.orgs[who->actor.org][who->actor.user];
        if (std::ranges::find(sockets, handle) == sockets.end()) sockets.push_back(handle);
        // What changed since the store was asked was nobody's concern here until now.
        board.doubt(who->actor.org).customers.insert(who->actor.user);
    });
}

void CustomerWatches::end(sio::Socket& socket) {
    auto& home = home_loop(io_, visitor_of(socket).actor().org);
    run_on(home, [&board = *boards_[home.index()], who = visitor_of(socket).identity, handle = socket.handle()] {
        const auto org = board.orgs.find(who->actor.org);
        if (org == board.orgs.end()) return;
        const auto customer = org->second.find(who->actor.user);
        if (customer == org->second.end()) return;
        std::erase(customer->second, handle);
        if (customer->second.empty()) org->second.erase(customer);
        if (org->second.empty()) board.orgs.erase(org);
    });
}

void CustomerWatches::follow(const EventRow& row) {
    Board& board = *boards_[home_loop(io_, row.org).index()];
    const auto org = board.orgs.find(row.org);
    if (org == board.orgs.end()) return;
    if (row.name == "chat:updated" || row.name == "chat:ended") {
        board.doubt(row.org).conversations.insert(row.subject);
    } else if (row.name == "ticket:status" || row.access) {
        const auto doubt = [&](const std::string& customer) {
            if (org->second.contains(customer)) board.doubt(row.org).customers.insert(customer);
        };
        std::ranges::for_each(row.audience.customer_users, doubt);
        if (!row.access) return;
        if (const auto* const before = std::get_if<TicketAccess>(&row.access->before)) doubt(before->requester);
    }
}

void CustomerWatches::look(Board& board) {
    for (auto& [org, doubtful] : std::exchange(board.doubtful, {})) {
        const auto asked = std::make_shared<const Board::Doubtful>(std::move(doubtful));
        store_.read(
            org,
            [asked](const store::Snapshot& snapshot) -> Result<Found> {
                const Records records(snapshot.session(), snapshot.org());
                Names customers = asked->customers;
                for (const std::string& id : asked->conversations) {
                    if (const auto conversation = snapshot.conversations().find(id)) customers.insert(conversation->customer.id);
                }
                Found found;
                for (const std::string& customer : customers) found.agents.emplace(customer, records.agents_of(customer));
                return found;
            },
            [this, &board, org, asked](Result<Found> answer) {
                board.loop.post([this, &board, org, asked, answer = std::move(answer)] {
                    if (answer) return found(board, org, *answer);
                    Board::Doubtful& again = board.doubtful[org];
                    again.customers.insert(asked->customers.begin(), asked->customers.end());
                    again.conversations.insert(asked->conversations.begin(), asked->conversations.end());
                    board.loop.arm_after(board.looking, kLookAgain);
                });
            });
    }
}

void CustomerWatches::found(Board& board, const std::string& org, const Found& found) {
    const auto customers = board.orgs.find(org);
    if (customers == board.orgs.end()) return;
    for (const auto& [customer, agents] : found.agents) {
        const auto sockets = customers->second.find(customer);
        if (sockets == customers->second.end()) continue;
        const auto shared = std::make_shared<const Names>(agents);
        for (const sio::SocketHandle& handle : sockets->second) {
            io_.post(handle, [org, shared](sio::Socket& socket) {
                if (is_staff(visitor_of(socket).actor().role)) return;
                const std::size_t prefix = rooms::presence(org, "").size();
                for (const std::string& room : watched(socket, org)) {
                    const std::string agent = room.substr(prefix);
                    if (shared->contains(agent)) continue;
                    stop_watching(socket, room);
                    const Error lost = Error{ErrorCode::Forbidden}.with("userId", agent).because("ACCESS_LOST");
                    socket.emit("error", sio::json::Raw{to_socket_error(lost)});
                }
            });
        }
    }
}

}  // namespace desk::presence

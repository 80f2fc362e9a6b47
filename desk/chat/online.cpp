#include "desk/chat/online.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "desk/session/rooms.hpp"
#include "desk/session/visitor.hpp"

namespace desk::chat {

namespace {

using sio::SocketHandle;
using sio::runtime::Timer;

// Until the store is told again that could not take it.
constexpr std::chrono::milliseconds kTellAgain{1000};

bool is_same(const Actor& a, const Actor& b) { return a.name == b.name && a.role == b.role && a.avatar_url == b.avatar_url; }

}  // namespace

struct OnlineLists::Member {
    Member(OnlineLists& lists, List& list, IdentityRef identity)
        : owner(lists), where(list), who(std::move(identity)), leaving([](void* self) { static_cast<Member*>(self)->leave(); }, this) {}
    void leave() { owner.drop(where, *this); }

    OnlineLists& owner;
    List& where;
    IdentityRef who;
    std::vector<SocketHandle> sockets;  // none: leaving
    Timer leaving;
};

struct OnlineLists::List {
    List(OnlineLists& lists, sio::runtime::Loop& loop, std::string org_name, std::string id)
        : owner(lists),
          home(loop),
          org(std::move(org_name)),
          conversation(std::move(id)),
          telling([](void* self) { static_cast<List*>(self)->tell(); }, this),
          again([](void* self) { static_cast<List*>(self)->note(); }, this) {}
    void tell() { owner.tell(*this); }
    void note() { owner.note(*this); }

    OnlineLists& owner;
    sio::runtime::Loop& home;
    std::string org;
    std::string conversation;
    std::vector<std::unique_ptr<Member>> members;  // in the order they came
    std::vector<SocketHandle> observers;
    std::vector<SocketHandle> newcomers;  // to be told, also when nothing changes
    bool changed = false;                 // since it was told last
    bool ended = false;
    enum class Customer : std::uint8_t { Unknown, Here, Gone };
    Customer customer = Customer::Unknown;
    Customer stored = Customer::Unknown;
    bool storing = false;
    std::string customer_id;
    Timer telling;
    Timer again;
};

OnlineLists::OnlineLists(sio::Server& io, OnlineOptions options, StatusOf status_of, CustomerPresence customers)
    : io_(io),
      options_(options),
      status_of_(std::move(status_of)),
      customers_(std::move(customers)),
      chat_(io.of("/chat")),
      boards_(io.loops().size()) {}

OnlineLists::~OnlineLists() = default;

std::string OnlineLists::key_of(std::string_view org, std::string_view conversation) { return rooms::conversation(org, conversation); }

bool OnlineLists::is_open(unsigned loop, const std::string& key) const {
    const auto found = boards_[loop].find(key);
    return found != boards_[loop].end() && !found->second->ended;
}

OnlineLists::List* OnlineLists::find(const std::string& org, const std::string& conversation) {
    Board& board = boards_[home_loop(io_, org).index()];
    const auto found = board.find(key_of(org, conversation));
    return found == board.end() ? nullptr : found->second.get();
}

void OnlineLists::joined(Arrival arrival) {
    auto& home = home_loop(io_, arrival.who->actor.org);
    run_on(home, [this, arrival = std::move(arrival)] { enter(arrival); });
}

void OnlineLists::left(const std::string& org, std::string conversation, const SocketHandle& socket) {
    run_on(home_loop(io_, org), [this, org, conversation = std::move(conversation), socket] {
        if (List* list = find(org, conversation)) leave(*list, socket);
    });
}

void OnlineLists::ended(const std::string& org, const std::string& conversation) {
    List* const list = find(org, conversation);
    if (list == nullptr) return;
    list->ended = true;
    list->again.cancel();
    tidy(*list);
}

void OnlineLists::enter(const Arrival& arrival) {
    const std::string& org = arrival.who->actor.org;
    auto& home = home_loop(io_, org);
    auto& slot = boards_[home.index()][key_of(org, arrival.conversation)];
    if (!slot) slot = std::make_unique<List>(*this, home, org, arrival.conversation);
    List& list = *slot;
    list.ended |= arrival.ended;
    leave(list, arrival.socket);  // it may have come as the other kind
    list.newcomers.push_back(arrival.socket);
    if (arrival.observing) {
        list.observers.push_back(arrival.socket);
    } else {
        const auto& actor = arrival.who->actor;
        const auto known = std::ranges::find_if(list.members, [&](const auto& member) { return member->who->actor.user == actor.user; });
        const bool fresh = known == list.members.end();
        Member& member = fresh ? *list.members.emplace_back(std::make_unique<Member>(*this, list, arrival.who)) : **known;
        if (fresh || !is_same(member.who->actor, actor)) list.changed = true;
        member.leaving.cancel();
        member.who = arrival.who;
        member.sockets.push_back(arrival.socket);
        if (arrival.customer) {
            list.customer_id = actor.user;
            list.customer = List::Customer::Here;
            note(list);
        }
    }
    if (list.changed)
        changed(list);
    else if (!list.telling.armed())
        tell(list);
}

void OnlineLists::leave(List& list, const SocketHandle& socket) {
    std::erase(list.newcomers, socket);
    std::erase(list.observers, socket);
    for (const auto& member : list.members) {
        if (std::erase(member->sockets, socket) > 0 && member->sockets.empty()) list.home.arm_after(member->leaving, options_.grace);
    }
    tidy(list);
}

void OnlineLists::drop(List& list, const Member& member) {
    if (member.who->actor.user == list.customer_id) {
        list.customer = List::Customer::Gone;
        note(list);
    }
    std::erase_if(list.members, [&](const auto& entry) { return entry.get() == &member; });
    changed(list);
}

void OnlineLists::changed(List& list) {
    list.changed = true;
    if (!list.telling.armed()) list.home.arm_after(list.telling, options_.coalesce);
}

void OnlineLists::tell(List& list) {
    const bool everybody = std::exchange(list.changed, false);
    const auto newcomers = std::exchange(list.newcomers, {});
    if (everybody || !newcomers.empty()) {
        const std::string room = key_of(list.org, list.conversation);
        const std::string json = describe(list);
        if (everybody) {
            chat_.to(room).local().emit("chat:online", sio::json::Raw{json});
        } else {
            for (const SocketHandle& newcomer : newcomers) {
                io_.post(newcomer, [room, json](sio::Socket& socket) {
                    if (socket.in_room(room)) socket.emit("chat:online", sio::json::Raw{json});
                });
            }
        }
    }
    tidy(list);
}

std::string OnlineLists::describe(const List& list) const {
    std::string out;
    sio::json::Writer w(out);
    w.begin_object().field("conversationId", list.conversation).key("users").begin_array();
    for (const auto& member : list.members | std::views::take(options_.listed)) {
        const Actor& actor = member->who->actor;
        w.begin_object().field("id", actor.user).field("name", actor.name).field("avatarUrl", actor.avatar_url);
        w.field("role", to_string(actor.role)).field("status", status_of_(actor)).end_object();
    }
    w.end_array();
    if (list.members.size() > options_.listed) w.field("count", list.members.size());
    w.end_object();
    return out;
}

void OnlineLists::note(List& list) {
    if (list.ended || list.storing || list.customer == list.stored) return;
    list.storing = true;
    const bool here = list.customer == List::Customer::Here;
    customers_(list.org, list.conversation, here, [this, &home = list.home, org = list.org, id = list.conversation, here](bool written) {
        home.post([this, org, id, here, written] { noted(org, id, here, written); });
    });
}

void OnlineLists::noted(const std::string& org, const std::string& conversation, bool here, bool written) {
    List* const list = find(org, conversation);
    if (list == nullptr) return;
    list->storing = false;
    if (written) {
        list->stored = here ? List::Customer::Here : List::Customer::Gone;
        note(*list);
    } else {
        list->home.arm_after(list->again, kTellAgain);
    }
    tidy(*list);
}

bool OnlineLists::is_idle(const List& list) {
    if (!list.members.empty() || !list.observers.empty() || list.telling.armed() || list.storing) return false;
    return list.ended || list.customer == list.stored;
}

void OnlineLists::tidy(List& list) {
    if (!is_idle(list)) return;
    // A timer of the list may be what brought us here.
    list.home.defer([this, org = list.org, conversation = list.conversation] {
        const List* const idle = find(org, conversation);
        if (idle != nullptr && is_idle(*idle)) boards_[idle->home.index()].erase(key_of(org, conversation));
    });
}

}  // namespace desk::chat

#include "desk/chat/online.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "desk/chat/online_share.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/visitor.hpp"

namespace desk::chat {

namespace {

using sio::SocketHandle;
using sio::runtime::Timer;

// Until the store is told again that could not take it.
constexpr std::chrono::milliseconds kTellAgain{1000};

// In the roll, by `org:conversation`: the people there, and whether the customer is.
constexpr std::string_view kPeople = "chat";
constexpr std::string_view kCustomer = "customer";

std::string roll_key(std::string_view org, std::string_view conversation) { return std::string(org).append(1, ':').append(conversation); }

/// Those of other servers.
std::vector<std::string> others(const cluster::Shares& shares) {
    std::vector<std::string> texts;
    for (const auto& [lease, text] : shares) {
        if (lease != cluster::kOwnLease) texts.push_back(text);
    }
    return texts;
}

bool has_same(const std::vector<Actor>& people, const Actor& actor) {
    return std::ranges::any_of(people, [&](const Actor& each) { return each.user == actor.user && is_same(each, actor); });
}

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
    std::vector<Actor> elsewhere;                  // on other servers
    bool unheard = false;                          // of those
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

/// Hears of customers in the roll.
struct OnlineLists::Customers final : cluster::RollListener {
    explicit Customers(OnlineLists& lists) : owner(lists) {}
    void changed(std::string_view key, const cluster::Shares& shares, cluster::Why, bool ours) override {
        run_on(home_loop(owner.io_, key.substr(0, key.find(':'))),
               [this, key = std::string(key), here = !shares.empty(), ours] { owner.customer_changed(key, here, ours); });
    }
    OnlineLists& owner;
};

OnlineLists::OnlineLists(sio::Server& io, OnlineOptions options, StatusOf status_of, CustomerPresence customers, cluster::Roll* roll)
    : io_(io),
      options_(options),
      status_of_(std::move(status_of)),
      customers_(std::move(customers)),
      chat_(io.of("/chat")),
      roll_(roll),
      customers_elsewhere_(roll == nullptr ? nullptr : std::make_unique<Customers>(*this)),
      boards_(io.loops().size()) {
    if (roll_ == nullptr) return;
    roll_->hear(std::string(kPeople), *this);
    roll_->hear(std::string(kCustomer), *customers_elsewhere_);
}

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

OnlineLists::List& OnlineLists::open(const std::string& org, const std::string& conversation) {
    auto& home = home_loop(io_, org);
    auto& slot = boards_[home.index()][key_of(org, conversation)];
    if (slot) return *slot;
    slot = std::make_unique<List>(*this, home, org, conversation);
    if (roll_ != nullptr) {
        slot->unheard = true;
        roll_->look(kPeople, roll_key(org, conversation), [this, &home, key = roll_key(org, conversation)](const cluster::Shares& shares) {
            run_on(home, [this, key, texts = others(shares)] { hear(key, texts); });
        });
    }
    return *slot;
}

void OnlineLists::look_for_customer(std::string_view org, std::string_view conversation, std::move_only_function<void(bool here)> done) {
    roll_->look(kCustomer, roll_key(org, conversation),
                [done = std::move(done)](const cluster::Shares& shares) mutable { done(!shares.empty()); });
}

void OnlineLists::changed(std::string_view key, const cluster::Shares& shares, cluster::Why, bool) {
    run_on(home_loop(io_, key.substr(0, key.find(':'))), [this, key = std::string(key), texts = others(shares)] { hear(key, texts); });
}

void OnlineLists::hear(const std::string& key, const std::vector<std::string>& shares) {
    const auto colon = key.find(':');
    List* const list = find(key.substr(0, colon), key.substr(colon + 1));
    if (list == nullptr) return;
    auto people = people_in(shares, list->org);
    const auto listed_here = [&](const Actor& each) {
        return std::ranges::any_of(list->members, [&](const auto& member) { return member->who->actor.user == each.user; });
    };
    const auto all_in = [&](const std::vector<Actor>& some, const std::vector<Actor>& all) {
        return std::ranges::all_of(some, [&](const Actor& each) { return listed_here(each) || has_same(all, each); });
    };
    if (!all_in(people, list->elsewhere) || !all_in(list->elsewhere, people)) list->changed = true;
    list->elsewhere = std::move(people);
    const bool first = std::exchange(list->unheard, false);
    if (list->changed)
        told_later(*list);
    else if (first && !list->telling.armed())
        tell(*list);
}

void OnlineLists::customer_changed(const std::string& key, bool here, bool ours) {
    const auto colon = key.find(':');
    const std::string org = key.substr(0, colon);
    const std::string conversation = key.substr(colon + 1);
    List* list = find(org, conversation);
    if (!here) {
        if (!ours) return;
        if (list == nullptr) list = &open(org, conversation);
        list->customer = List::Customer::Gone;
        note(*list);
    } else if (list != nullptr && list->customer == List::Customer::Gone) {
        // On another server, while that they are gone is being written here.
        list->customer = List::Customer::Here;
        note(*list);
    }
    if (list != nullptr) tidy(*list);
}

void OnlineLists::report(const List& list) {
    if (roll_ == nullptr) return;
    std::vector<const Actor*> people;
    people.reserve(list.members.size());
    for (const auto& member : list.members) people.push_back(&member->who->actor);
    roll_->put(kPeople, roll_key(list.org, list.conversation), to_share(people), cluster::Why::Told);
}

void OnlineLists::enter(const Arrival& arrival) {
    List& list = open(arrival.who->actor.org, arrival.conversation);
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
        const bool as_before = fresh ? has_same(list.elsewhere, actor) : is_same(member.who->actor, actor);
        if (!as_before) list.changed = true;
        const bool reported = !fresh && as_before;
        member.leaving.cancel();
        member.who = arrival.who;
        member.sockets.push_back(arrival.socket);
        if (arrival.customer) {
            list.customer_id = actor.user;
            list.customer = List::Customer::Here;
            note(list);
            if (roll_ != nullptr) roll_->put(kCustomer, roll_key(list.org, list.conversation), "1", cluster::Why::Told);
        }
        if (!reported) report(list);
    }
    if (list.changed)
        told_later(list);
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
        if (roll_ != nullptr) {
            roll_->put(kCustomer, roll_key(list.org, list.conversation), {}, cluster::Why::Told);
        } else {
            list.customer = List::Customer::Gone;
            note(list);
        }
    }
    const bool stays = has_same(list.elsewhere, member.who->actor);
    std::erase_if(list.members, [&](const auto& entry) { return entry.get() == &member; });
    report(list);
    if (stays)
        tidy(list);
    else
        told_later(list);
}

void OnlineLists::told_later(List& list) {
    list.changed = true;
    if (!list.telling.armed()) list.home.arm_after(list.telling, options_.coalesce);
}

void OnlineLists::tell(List& list) {
    // It is told once those of the other servers are known.
    if (list.unheard) return;
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
    std::vector<const Actor*> people;
    people.reserve(list.members.size() + list.elsewhere.size());
    for (const auto& member : list.members) people.push_back(&member->who->actor);
    for (const Actor& each : list.elsewhere) {
        if (std::ranges::none_of(list.members, [&](const auto& member) { return member->who->actor.user == each.user; }))
            people.push_back(&each);
    }
    for (const Actor* each : people | std::views::take(options_.listed)) {
        w.begin_object();
        write_person(w, *each);
        w.field("status", status_of_(*each)).end_object();
    }
    w.end_array();
    if (people.size() > options_.listed) w.field("count", people.size());
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

#include "desk/delivery/mirror.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "sio/cluster/adapters.hpp"
#include "sio/socketio/testing/fixture.hpp"

namespace desk {
namespace {

using Notes = std::vector<std::string>;

/// Notes what Node servers are told, as `namespace event > rooms`; is asked for nothing else.
class NotingAdapter final : public sio::cluster::ClusterAdapter {
public:
    NotingAdapter(std::string nsp, Notes& notes) : nsp_(std::move(nsp)), notes_(notes) {}

    void publish_only(const sio::EncodedEvent& event, const sio::Target& target, const sio::BroadcastFlags&) override {
        std::string note = nsp_ + " " + std::string(event.json()) + " >";
        std::vector<std::string_view> rooms(target.rooms.begin(), target.rooms.end());
        std::ranges::sort(rooms);
        for (const auto room : rooms) note.append(" ").append(room);
        notes_.push_back(std::move(note));
    }
    bool ready() const override { return true; }
    void broadcast(const sio::EncodedEvent&, const sio::Target&, const sio::BroadcastFlags&) override { unasked("broadcast"); }
    void broadcast_with_ack(const sio::EncodedEvent&, std::uint64_t, const sio::Target&, const sio::BroadcastFlags&, AckSink) override {
        unasked("broadcast_with_ack");
    }
    void sockets_join(const sio::Target&, const sio::BroadcastFlags&, std::span<const std::string_view>) override { unasked("join"); }
    void sockets_leave(const sio::Target&, const sio::BroadcastFlags&, std::span<const std::string_view>) override { unasked("leave"); }
    void disconnect_sockets(const sio::Target&, const sio::BroadcastFlags&, bool) override { unasked("disconnect"); }
    void fetch_sockets(const sio::Target&, const sio::BroadcastFlags&, sio::FetchCallback) override { unasked("fetch"); }
    void server_side_emit(const sio::EncodedEvent&, ServerSideCallback) override { unasked("server_side_emit"); }
    void server_count(std::move_only_function<void(std::size_t)>) override { unasked("server_count"); }

private:
    void unasked(const std::string& what) { notes_.push_back(nsp_ + " " + what); }

    const std::string nsp_;
    Notes& notes_;
};

EventRow row(std::string name, Audience audience) {
    EventRow out;
    out.org = "acme";
    out.name = std::move(name);
    out.payload = R"({"is":"staff's"})";
    out.customer_payload = R"({"is":"customers'"})";
    out.audience = std::move(audience);
    return out;
}

class MirrorTest : public sio::testing::ServerTest {
protected:
    void begin(bool noting = true) {
        if (noting) {
            options_.adapter = [this](sio::Namespace& nsp) { return std::make_unique<NotingAdapter>(std::string(nsp.name()), notes_); };
        }
        for (const char* name : {"/tickets", "/chat"}) io().of(name);
        mirror_.emplace(io());
        start();
    }
    Notes published(const std::vector<EventRow>& rows) {
        notes_.clear();
        mirror_->publish(rows);
        return notes_;
    }
    static EventRow of_a_ticket(Customers customers) {
        EventRow out = row("ticket:updated", {.staff_rooms = {"staff", "ticket:7:staff"},
                                              .customer_rooms = {"ticket:7:customers"},
                                              .users = {"bob"},
                                              .customer_users = {"carla"}});
        out.customers = customers;
        return out;
    }

    Notes notes_;
    std::optional<Mirror> mirror_;
};

constexpr std::string_view kStaffs = R"(/tickets ["ticket:updated",{"is":"staff's"}] >)";
constexpr std::string_view kCustomers = R"(/tickets ["ticket:updated",{"is":"customers'"}] >)";

std::string to(std::string_view what, std::string_view rooms) { return std::string(what).append(rooms); }

TEST_F(MirrorTest, WhatIsTheSameForAllIsOneEventForTheUnionOfRooms) {
    begin();
    EXPECT_EQ(published({of_a_ticket(Customers::Same)}),
              Notes{to(kStaffs, " o:acme:staff o:acme:ticket:7:customers o:acme:ticket:7:staff o:acme:user:bob o:acme:user:carla")});
}

TEST_F(MirrorTest, CustomersOwnPayloadGoesToTheirRoomsAndToUsersWhoMayBeCustomers) {
    begin();
    EXPECT_EQ(published({of_a_ticket(Customers::Own)}),
              (Notes{to(kStaffs, " o:acme:staff o:acme:ticket:7:staff"),
                     to(kCustomers, " o:acme:ticket:7:customers o:acme:user:bob o:acme:user:carla")}));
}

TEST_F(MirrorTest, WhatCustomersDoNotLearnOfGoesToNoneOfTheirRooms) {
    begin();
    EXPECT_EQ(published({of_a_ticket(Customers::Nothing)}), Notes{to(kStaffs, " o:acme:staff o:acme:ticket:7:staff o:acme:user:bob")});
}

TEST_F(MirrorTest, WhatIsForNobodyGoesToNobody) {
    begin();
    EXPECT_EQ(published({row("ticket:updated", {})}), Notes{}) << "an event without rooms would be everybody's";
    EventRow customers = row("ticket:updated", {.customer_rooms = {"ticket:7:customers"}});
    customers.customers = Customers::Own;
    EXPECT_EQ(published({customers}), Notes{to(kCustomers, " o:acme:ticket:7:customers")});
}

TEST_F(MirrorTest, RowsKeepTheirOrderEachInItsNamespaceAndOrg) {
    begin();
    EventRow other = row("ticket:created", {.staff_rooms = {"staff"}});
    other.org = "globex";
    EXPECT_EQ(published({row("chat:message", {.shared_rooms = {"conv:c"}}), other, row("ticket:created", {.staff_rooms = {"admins"}})}),
              (Notes{R"(/chat ["chat:message",{"is":"staff's"}] > o:acme:conv:c)",
                     R"(/tickets ["ticket:created",{"is":"staff's"}] > o:globex:staff)",
                     R"(/tickets ["ticket:created",{"is":"staff's"}] > o:acme:admins)"}));
}

TEST_F(MirrorTest, WhereNoOtherServerHearsNothingIsPublished) {
    begin(false);
    EXPECT_EQ(published({of_a_ticket(Customers::Same), row("notification", {.users = {"bob"}})}), Notes{});
}

}  // namespace
}  // namespace desk

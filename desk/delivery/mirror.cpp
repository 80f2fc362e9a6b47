#include "desk/delivery/mirror.hpp"

#include "desk/session/rooms.hpp"
#include "sio/cluster/adapters.hpp"

namespace desk {

namespace {

using Names = std::vector<std::string>;

void add(sio::StoredTarget& target, const std::string& org, const Names& names, bool users = false) {
    for (const auto& name : names) target.add_room(users ? rooms::user(org, name) : rooms::of(org, name));
}

/// To the rooms that were added; a target without rooms would be everybody.
void send(sio::cluster::ClusterAdapter& adapter, const sio::EncodedEvent& event, const sio::StoredTarget& rooms) {
    const auto target = rooms.view();
    if (!target->rooms.empty()) adapter.publish_only(event, *target, {});
}

}  // namespace

void Mirror::publish(const std::vector<EventRow>& rows) const {
    for (const EventRow& row : rows) publish(row);
}

void Mirror::publish(const EventRow& row) const {
    sio::Namespace* const nsp = io_.find(to_string(row.nsp()));
    auto* const adapter = nsp == nullptr ? nullptr : sio::cluster::ClusterAdapter::of(*nsp);
    if (adapter == nullptr) return;
    const Audience& audience = row.audience;
    sio::StoredTarget staff;
    add(staff, row.org, audience.staff_rooms);
    add(staff, row.org, audience.shared_rooms);
    const auto event = nsp->encode(row.name, sio::json::Raw{row.payload});
    sio::StoredTarget others;
    add(others, row.org, audience.users, true);
    if (row.customers != Customers::Nothing) {
        add(others, row.org, audience.customer_rooms);
        add(others, row.org, audience.customer_users, true);
    }
    // One emit over the union of rooms, so that a socket in several of them gets it once.
    if (row.customers == Customers::Own) {
        send(*adapter, event, staff);
        return send(*adapter, nsp->encode(row.name, sio::json::Raw{row.customer_payload}), others);
    }
    add(staff, row.org, audience.users, true);
    if (row.customers == Customers::Same) {
        add(staff, row.org, audience.customer_rooms);
        add(staff, row.org, audience.customer_users, true);
    }
    send(*adapter, event, staff);
}

}  // namespace desk

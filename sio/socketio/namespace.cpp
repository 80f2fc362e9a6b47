#include "sio/socketio/namespace.hpp"

#include "sio/base/json.hpp"
#include "sio/socketio/guarded.hpp"
#include "sio/socketio/handlers.hpp"
#include "sio/socketio/hub.hpp"
#include "sio/socketio/local_adapter.hpp"
#include "sio/socketio/packet.hpp"
#include "sio/socketio/recovering_adapter.hpp"
#include "sio/socketio/room_table.hpp"
#include "sio/socketio/room_watch.hpp"
#include "sio/socketio/server.hpp"

namespace sio {

Namespace::Namespace(Server& server, std::string name, std::shared_ptr<detail::Handlers> handlers, const DynamicNamespace* parent)
    : Registrar(handlers ? std::move(handlers) : std::make_shared<detail::Handlers>()),
      server_(server),
      name_(std::move(name)),
      parent_(parent) {
    for (unsigned i = 0; i < server.loops().size(); ++i) tables_.push_back(std::make_unique<detail::RoomTable>(*this, server.hub(i)));
    const auto& options = server.options();
    if (options.adapter) {
        adapter_ = options.adapter(*this);
    } else if (options.connection_state_recovery) {
        adapter_ = std::make_unique<RecoveringAdapter>(*this, *options.connection_state_recovery);
    } else {
        adapter_ = std::make_unique<LocalAdapter>(*this);
    }
}

Namespace::~Namespace() = default;

void Namespace::freeze() {
    handlers_->frozen = true;
    if (!handlers_->room.empty() || adapter_->wants_room_events()) room_watch_ = std::make_unique<detail::RoomWatch>();
    adapter_->open();
}

detail::RoomTable* Namespace::here() const {
    runtime::Loop* const loop = runtime::Loop::current();
    if (loop == nullptr || loop->index() >= tables_.size()) return nullptr;
    auto& table = *tables_[loop->index()];
    return &table.hub().loop() == loop ? &table : nullptr;
}

void Namespace::for_each_local(const Target& target, FunctionRef<void(Socket&)> visit, Visit which) {
    if (auto* const table = here()) table->for_each(target, visit, which == Visit::ConnectingToo);
}

bool Namespace::may_have(unsigned loop, const Target& target) const { return table(loop).may_have(target); }

Socket* Namespace::find(std::string_view socket_id) {
    auto* const table = here();
    return table ? table->find(socket_id) : nullptr;
}

std::size_t Namespace::socket_count() const { return connected_.load(std::memory_order_relaxed); }

std::size_t Namespace::room_count() const {
    const auto* const table = here();
    return table ? table->room_count() : 0;
}

void Namespace::tell_room_change(RoomEvent change, std::string_view room, std::string_view socket_id) {
    if (change == RoomEvent::Created && !room_watch_->created(room)) return;
    if (change == RoomEvent::Deleted && !room_watch_->deleted(room)) return;
    if (adapter_->wants_room_events()) {
        if (change == RoomEvent::Created) adapter_->on_room_created(room);
        if (change == RoomEvent::Deleted) adapter_->on_room_deleted(room);
    }
    for (const auto& handler : handlers_->room) {
        detail::guarded(server_, name_, "room event", [&] { handler(change, room, socket_id); });
    }
}

Result<EncodedEvent> Namespace::encode_json(std::string_view json, std::span<const std::string> attachments,
                                            std::optional<std::uint64_t> ack_id, bool compress) const {
    static thread_local json::Parser parser;
    const auto array = parser.parse_copy(json);
    if (!array) return std::unexpected(array.error());
    if (!array->is_array() || array->empty()) return fail(ErrorCode::BadPacket, "not an event");
    if (!attachments.empty() && !placeholders_valid(*array, attachments.size())) return fail(ErrorCode::BadPacket, "bad placeholder");
    detail::Encoder encoder;
    encoder.add_elements(*array, attachments);
    return encoder.finish_event(name_, ack_id, compress);
}

void Namespace::deliver_server_event(std::string_view json, std::span<const std::string> attachments, std::function<void(Reply)> reply) {
    json::Parser parser;
    const auto array = parser.parse_copy(json);
    if (!array || !array->is_array()) return;
    if (!attachments.empty() && !placeholders_valid(*array, attachments.size())) return;
    const auto event = array->at(0).string();
    const auto found = event ? handlers_->server_events.find(*event) : handlers_->server_events.end();
    if (found == handlers_->server_events.end()) return;
    for (const auto& handler : found->second) {
        detail::guarded(server_, name_, *event, [&] { handler(Arguments(*array, 1, attachments), reply); });
    }
}

}  // namespace sio

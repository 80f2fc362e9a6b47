#include "control.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "sio/base/bytes.hpp"
#include "sio/cluster/adapters.hpp"

namespace {

using sio::Arguments;
using sio::Event;
using sio::Socket;

/// What sockets of `/` are described as: `{n}` of their handshake's auth.
struct Person {
    std::string n;
};

/// What was heard of other servers' events.
struct Heard {
    std::mutex mutex;
    std::vector<std::string> events;
};

sio::Broadcast target_of(sio::Namespace& nsp, const Event& event) {
    const auto operation = event[0];
    sio::Broadcast target(nsp);
    for (const auto room : operation["rooms"].elements()) target.to(room.string().value_or(""));
    for (const auto room : operation["except"].elements()) target.except(room.string().value_or(""));
    if (operation["local"].boolean() == true) target.local();
    if (operation["volatile"].boolean() == true) target.volatile_();
    if (const auto limit = operation["timeout"].integer()) target.timeout(std::chrono::milliseconds(*limit));
    return target;
}

std::string_view name_of(const Event& event) { return event[0]["args"].at(0).string().value_or(""); }
Arguments rest_of(const Event& event) { return Arguments(event[0]["args"], 1, event.args().attachments()); }

/// Binary replies as text, for they come in lists.
std::string text_of(const sio::Reply& reply) {
    if (reply.attachments.empty()) return reply.json;
    return "\"binary:" + sio::hex(reply.attachments[0]) + '"';
}

sio::json::Text list_of(const std::vector<sio::Reply>& replies) {
    std::string text = "[";
    for (const auto& reply : replies) text.append(text.size() > 1 ? "," : "").append(text_of(reply));
    return sio::json::Text(text + "]");
}

void ask(sio::Namespace& nsp, const Event& event) {
    auto answer = [ack = event.take_ack()](const sio::BroadcastReplies& replies) mutable {
        ack(replies.complete, list_of(replies.replies));
    };
    target_of(nsp, event).emit_with_ack(std::move(answer), name_of(event), rest_of(event));
}

void fetch(sio::Namespace& nsp, const Event& event) {
    target_of(nsp, event).fetch_sockets([ack = event.take_ack()](sio::Result<sio::RemoteSockets> sockets) mutable {
        std::string text;
        sio::json::Writer writer(text);
        writer.begin_array();
        for (const auto& socket : *sockets) {
            writer.begin_object().field("id", socket.id).field("rooms", socket.rooms).field("data", sio::json::Raw{socket.data});
            writer.field("handshake", sio::json::Raw{socket.handshake}).end_object();
        }
        writer.end_array();
        ack(sio::json::Text(text), sockets->silent_servers);
    });
}

void ask_servers(sio::Namespace& nsp, const Event& event) {
    auto answer = [ack = event.take_ack()](const sio::Result<std::vector<sio::Reply>>& replies) mutable {
        ack(replies.has_value(), replies ? list_of(*replies) : sio::json::Text("[]"));
    };
    nsp.server_side_emit_with_ack(std::move(answer), name_of(event), rest_of(event));
}

void add_sockets(sio::Server& io, const std::shared_ptr<Heard>& heard) {
    auto& main = io.of("/");
    main.use([](Socket& socket, sio::Next next) {
        sio::json::Parser parser;
        const auto auth = parser.parse_copy(socket.auth());
        socket.set_data<Person>(std::string(auth ? (*auth)["n"].string().value_or("") : ""));
        next();
    });
    main.describe([](Socket& socket, sio::json::Writer& writer) {
        const auto* const person = socket.data<Person>();
        writer.begin_object().field("n", person ? person->n : "").end_object();
    });
    main.on_restored(
        [](Socket& socket, sio::json::Value described) { socket.set_data<Person>(std::string(described["n"].string().value_or(""))); });
    main.on("join", [](Socket& socket, const Event& event) {
        socket.join(event[0].string().value_or(""));
        event.ack();
    });
    main.on("others", [](Socket& socket, const Event& event) { socket.broadcast().emit("others", event.args()); });
    main.on("me", [](Socket& socket, const Event& event) {
        const auto* const person = socket.data<Person>();
        event.ack(socket.recovered(), socket.rooms(), person ? person->n : "");
    });
    main.on_server_event("hello", [heard](const Arguments& arguments, const std::function<void(sio::Reply)>& reply) {
        const auto bytes = arguments.binary(arguments[0]);
        auto text = bytes ? "\"binary:" + sio::hex(*bytes) + '"' : sio::json::text(arguments[0]).str();
        {
            const std::scoped_lock lock(heard->mutex);
            heard->events.push_back(text);
        }
        if (reply) reply({std::move(text), {}});
    });
}

}  // namespace

void add_control(sio::Server& io) {
    const auto heard = std::make_shared<Heard>();
    add_sockets(io, heard);
    auto& main = io.of("/");
    auto& control = io.of("/control");
    control.on("emit", [&main](Socket&, const Event& event) {
        target_of(main, event).emit(name_of(event), rest_of(event));
        event.ack();
    });
    control.on("mirror", [&main](Socket&, const Event& event) {
        sio::cluster::ClusterAdapter::of(main)->publish_only(main.encode(name_of(event), rest_of(event)), {}, {});
        event.ack();
    });
    control.on("ask", [&main](Socket&, const Event& event) { ask(main, event); });
    control.on("join", [&main](Socket&, const Event& event) {
        for (const auto name : event[0]["names"].elements()) target_of(main, event).sockets_join(name.string().value_or(""));
        event.ack();
    });
    control.on("leave", [&main](Socket&, const Event& event) {
        for (const auto name : event[0]["names"].elements()) target_of(main, event).sockets_leave(name.string().value_or(""));
        event.ack();
    });
    control.on("disconnect_sockets", [&main](Socket&, const Event& event) {
        target_of(main, event).disconnect_sockets(event[0]["close"].boolean() == true);
        event.ack();
    });
    control.on("fetch", [&main](Socket&, const Event& event) { fetch(main, event); });
    control.on("tell_servers", [&main](Socket&, const Event& event) {
        main.server_side_emit(name_of(event), rest_of(event));
        event.ack();
    });
    control.on("ask_servers", [&main](Socket&, const Event& event) { ask_servers(main, event); });
    control.on("servers", [&main](Socket&, const Event& event) {
        main.adapter().server_count([ack = event.take_ack()](std::size_t servers) mutable { ack(servers); });
    });
    control.on("heard", [heard](Socket&, const Event& event) {
        const std::scoped_lock lock(heard->mutex);
        std::string text = "[";
        for (const auto& each : heard->events) text.append(text.size() > 1 ? "," : "").append(each);
        event.ack(sio::json::Text(text + "]"));
    });
}

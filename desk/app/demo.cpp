#include "desk/app/demo.hpp"

#include <ostream>

#include "desk/app/gen_token.hpp"
#include "desk/chat/commands.hpp"
#include "desk/tickets/commands.hpp"
#include "sio/base/clock.hpp"

namespace desk::app {

namespace {

Actor person(std::string id, std::string name, Role role) {
    return {.org = kDemoOrg, .user = std::move(id), .name = std::move(name), .role = role, .teams = {}};
}

/// What exists from an earlier start is as good as made now.
template <class T>
std::expected<void, std::string> settle(const Result<T>& result) {
    if (result || result.error().code == ErrorCode::Conflict) return {};
    return std::unexpected("cannot write the demo data: " + to_socket_error(result.error()));
}

std::string token(const Config& config, const char* user, const char* name, Role role) {
    const auto made = gen_token(
        config, {.user = user, .org = kDemoOrg, .role = role, .teams = {}, .name = name, .ttl = std::chrono::hours(24)}, sio::unix_ms());
    return made.value_or("(no token: " + (made ? std::string() : made.error()) + ")");
}

}  // namespace

std::expected<void, std::string> seed_demo_data(store::Store& store) {
    const Actor admin = person("ada", "Ada Admin", Role::Admin);
    for (const Actor& each : {admin, person("grace", "Grace Agent", Role::Agent), person("carl", "Carl Customer", Role::Customer)}) {
        if (auto done = settle(store.write_and_wait(kDemoOrg, [&](store::Transaction& tx) -> Result<UserRef> { return tx.ensure(each); }));
            !done)
            return done;
    }
    const tickets::CreateTicket ticket{.id = kDemoTicket,
                                       .subject = "The printer is on fire",
                                       .requester = "carl",
                                       .message = tickets::NewMessage{.content = "Please help, it smells."}};
    if (auto done = settle(store.write_and_wait(kDemoOrg, [&](store::Transaction& tx) { return tickets::run(tx, admin, ticket); })); !done)
        return done;
    const chat::CreateConversation conversation{.id = kDemoConversation, .customer = "carl"};
    return settle(store.write_and_wait(kDemoOrg, [&](store::Transaction& tx) { return chat::run(tx, admin, conversation); }));
}

void print_demo(std::ostream& out, const Config& config, const std::string& url) {
    const std::string agent = token(config, "grace", "Grace Agent", Role::Agent);
    out << "\nInsightDesk Realtime is up at " << url << " with demo data (org `demo`, ticket `" << kDemoTicket << "`, conversation `"
        << kDemoConversation << "`).\nTokens, good for 24 hours:\n\n"
        << "agent grace:   " << agent << "\n\n"
        << "admin ada:     " << token(config, "ada", "Ada Admin", Role::Admin) << "\n\n"
        << "customer carl: " << token(config, "carl", "Carl Customer", Role::Customer) << "\n\n"
        << "Watch tickets (npm install socket.io-client; save as watch.mjs; node watch.mjs):\n\n"
        << "  import { io } from \"socket.io-client\";\n"
        << "  const token = \"" << agent << "\";\n"
        << "  const tickets = io(\"" << url << "/tickets\", { auth: { token } });\n"
        << "  tickets.on(\"connect\", () => tickets.emit(\"ticket:subscribe\", { ticketId: \"" << kDemoTicket << "\" }));\n"
        << "  tickets.on(\"connect_error\", (error) => console.log(\"refused:\", error.message, error.data));\n"
        << "  tickets.onAny((event, ...data) => console.log(event, ...data));\n\n"
        << "Then create one and see it arrive:\n\n"
        << "  curl -X POST " << url
        << "/v1/tickets -H 'Content-Type: application/json' -d '{\"subject\":\"Hello\",\"message\":\"World\"}' \\\n"
        << "    -H 'Authorization: Bearer " << agent << "'\n\n";
}

}  // namespace desk::app

#include <istream>
#include <ostream>

#include "desk/app/api_key_command.hpp"
#include "desk/app/command_line.hpp"
#include "desk/app/config_print.hpp"
#include "desk/app/store_tools.hpp"
#include "desk/app/token_keys.hpp"
#include "desk/auth/compact.hpp"
#include "sio/base/clock.hpp"

namespace desk::app {
namespace {

constexpr int kRefused = 1;
constexpr int kWrongUsage = 2;

struct Streams {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
};

int fail(const Streams& streams, std::string_view what) {
    streams.err << "insightdesk: " << what << '\n';
    return kRefused;
}

/// One line, without the blanks and quotes that copying brings along.
std::string read_token(std::istream& in) {
    std::string text(auth::kMaxTokenBytes + 2, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    const auto first = text.find_first_not_of(" \t\r\n\"");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n\"") - first + 1);
}

int run(const ServeCommand&, const Streams& streams) { return fail(streams, "serve is no offline command"); }

int run(const GenTokenCommand& command, const Streams& streams) {
    const auto token = gen_token(command.config, command.request, sio::unix_ms());
    if (!token) return fail(streams, token.error());
    streams.out << *token << '\n';
    return 0;
}

int run(const CheckTokenCommand& command, const Streams& streams) {
    const auto verdict = check_token(command.config, command.token ? *command.token : read_token(streams.in), sio::unix_ms());
    if (!verdict) return fail(streams, verdict.error());
    streams.out << *verdict;
    return 0;
}

int run(const CheckConfigCommand& command, const Streams& streams) {
    streams.out << effective_config(command.config, command.raw);
    // Key files are part of what must be right before a restart. The development secret need not exist yet.
    if (!command.config.has_key()) return 0;
    const auto keys = load_keys(command.config);
    if (!keys) return fail(streams, keys.error());
    if (keys->weak_secret) streams.err << "insightdesk: warning: the secret has fewer than the 32 bytes that HS256 wants\n";
    return 0;
}

int run(const MigrateCommand& command, const Streams& streams) {
    const auto schema = migrate_store(command.config);
    if (!schema) return fail(streams, schema.error());
    streams.out << "schema " << *schema << '\n';
    return 0;
}

int run(const NewEpochCommand& command, const Streams& streams) {
    const auto orgs = begin_new_epoch(command.config);
    if (!orgs) return fail(streams, orgs.error());
    streams.out << "new epoch for " << *orgs << (*orgs == 1 ? " org\n" : " orgs\n");
    return 0;
}

int run(const ApiKeyCommand& command, const Streams& streams) {
    auto done = run_api_key(command);
    if (!done) return fail(streams, done.error());
    streams.out << *done;
    return 0;
}

int run(const PrintCommand& command, const Streams& streams) {
    streams.out << command.text;
    return 0;
}

int run(const UsageError& error, const Streams& streams) {
    streams.err << error.text;
    return kWrongUsage;
}

}  // namespace

int run_offline(const Command& command, std::istream& in, std::ostream& out, std::ostream& err) {
    const Streams streams{in, out, err};
    return std::visit([&](const auto& one) { return run(one, streams); }, command);
}

}  // namespace desk::app

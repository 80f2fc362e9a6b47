#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "desk/app/config.hpp"
#include "desk/app/gen_token.hpp"
#include "desk/rest/api_keys.hpp"

namespace desk::app {

struct ServeCommand {
    Config config;
};

struct GenTokenCommand {
    Config config;
    GenTokenRequest request;
};

struct CheckTokenCommand {
    Config config;
    std::optional<std::string> token;  ///< none: read from standard input
};

struct CheckConfigCommand {
    Config config;
    RawConfig raw;
};

/// Brings the store's schema up to date, without serving.
struct MigrateCommand {
    Config config;
};

/// After a restore from a backup: cursors given out before are refused, so that clients reload instead of missing what the backup lacks.
struct NewEpochCommand {
    Config config;
};

/// Making, showing and revoking API keys in the store's file, also while a server runs on it.
struct ApiKeyCommand {
    enum class What : std::uint8_t { Create, List, Revoke };
    Config config;
    What what = What::List;
    rest::NewApiKey wanted;  ///< of Create
    std::string id;          ///< of Revoke
};

/// help, version, default-config, config-page, print-schema: nothing to do but to write.
struct PrintCommand {
    std::string text;
};

/// What was wrong with the command line, environment or file.
struct UsageError {
    std::string text;
};

using Command = std::variant<ServeCommand, GenTokenCommand, CheckTokenCommand, CheckConfigCommand, MigrateCommand, NewEpochCommand,
                             ApiKeyCommand, PrintCommand, UsageError>;

/// Understands `insightdesk COMMAND [--flags]`. Settings come from flags, `environment`, and the file that --config or INSIGHTDESK_CONFIG
/// names. `arguments` begins with the program's name, as main has it.
Command parse_command_line(std::span<const char* const> arguments, const Environment& environment);

/// Runs every command but ServeCommand, which it must not be given. Returns the exit status: 0, 1 for a refused token, configuration or
/// store, 2 for wrong usage.
int run_offline(const Command& command, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace desk::app

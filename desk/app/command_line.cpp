#include "desk/app/command_line.hpp"

#include <CLI/CLI.hpp>

#include "desk/app/config_print.hpp"
#include "desk/app/config_text.hpp"
#include "desk/app/redact.hpp"
#include "desk/app/settings.hpp"
#include "desk/schema/documents.hpp"

namespace desk::app {
namespace {

constexpr std::string_view kConfigVariable = "INSIGHTDESK_CONFIG";

/// The flags of one command that set settings.
class SettingFlags {
public:
    enum class Which : std::uint8_t { All, ForTokens, ForStore };

    SettingFlags(CLI::App& app, Which which) {
        config_ = app.add_option("--config", "TOML file with settings (INSIGHTDESK_CONFIG)")->type_name("FILE");
        const Config defaults;
        for (const auto& group : setting_groups()) {
            for (const auto& setting : group.settings) {
                const bool wanted = which == Which::All || setting.name == "store" ||
                                    (which == Which::ForTokens && group.title == "Tokens");
                if (!wanted) continue;
                add(app, group, setting, setting.show(defaults));
            }
        }
    }

    void put_into(RawConfig& raw) const {
        for (const auto& [setting, option] : options_) {
            if (option->count() == 0) continue;
            const auto& values = option->results();
            // A list given in several flags is one list; of anything else the last counts.
            const bool list = setting->value_name == "LIST";
            raw.put(setting->name, list ? config_text::show(values) : values.back(), Source::Flag);
        }
    }

    std::optional<std::string> config_file() const {
        if (config_->count() == 0) return std::nullopt;
        return config_->results().back();
    }

private:
    void add(CLI::App& app, const SettingGroup& group, const Setting& setting, const std::string& fallback) {
        const std::string help(setting.help);  // CLI11 takes a description by const reference only
        CLI::Option* option = nullptr;
        if (setting.is_switch()) {
            option = app.add_flag(setting.flag(), help);
        } else {
            option = app.add_option(setting.flag(), help)->type_name(std::string(setting.value_name));
            if (!fallback.empty()) option->default_str(fallback);
        }
        option->group(std::string(group.title))->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        options_.emplace_back(&setting, option);
    }

    CLI::Option* config_ = nullptr;
    std::vector<std::pair<const Setting*, CLI::Option*>> options_;
};

std::string joined(const Problems& problems) {
    std::string text;
    for (const auto& problem : problems) text.append("insightdesk: ").append(problem).append("\n");
    return text;
}

struct Loaded {
    Config config;
    RawConfig raw;
};

std::expected<Loaded, UsageError> load(const SettingFlags& flags, const Environment& environment) {
    Loaded loaded;
    Problems problems;
    const auto add = [&](Problems more) {
        problems.insert(problems.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    };
    const auto named = environment.find(kConfigVariable);
    if (const auto file = flags.config_file()) {
        add(add_file_at(loaded.raw, *file));
    } else if (named != environment.end() && !named->second.empty()) {
        add(add_file_at(loaded.raw, named->second));
    }
    add(add_environment(loaded.raw, environment));
    flags.put_into(loaded.raw);
    auto config = resolve(loaded.raw);
    if (config) {
        loaded.config = *std::move(config);
    } else {
        add(std::move(config.error()));
    }
    if (!problems.empty()) return std::unexpected(UsageError{joined(problems)});
    return loaded;
}

/// All commands with their flags; what was given is asked for after parsing.
struct Commands {
    Commands() {
        app.require_subcommand(1);
        app.footer(
            "Every setting is also an environment variable (--port is INSIGHTDESK_PORT) and a line of the file that --config names.");
        token_user->required();
        token_org->required();
        token_text->type_name("TOKEN");
        api_key->require_subcommand(1);
        key_name->required();
        key_orgs->required();
        key_scopes->required();
        for (CLI::Option* option : {key_orgs, key_scopes}) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        key_id->required();
    }

    CLI::App app{"InsightDesk Realtime: a helpdesk's live tickets, chats and notifications over Socket.IO", "insightdesk"};

    CLI::App* serve = app.add_subcommand("serve", "Run the server");
    SettingFlags serve_flags{*serve, SettingFlags::Which::All};

    CLI::App* gen_token = app.add_subcommand("gen-token", "Make an access token (HS256) and print it");
    CLI::Option* token_user = gen_token->add_option("--user", "User id")->type_name("ID");
    CLI::Option* token_org = gen_token->add_option("--org", "Org id")->type_name("ID");
    CLI::Option* token_role = gen_token->add_option("--role", "admin, agent, customer or bot")->type_name("ROLE")->default_str("agent");
    CLI::Option* token_teams = gen_token->add_option("--teams", "Team ids, separated by commas")->type_name("LIST");
    CLI::Option* token_name = gen_token->add_option("--name", "What people see; the user id when missing")->type_name("TEXT");
    CLI::Option* token_ttl =
        gen_token->add_option("--ttl", "How long it is good for, such as 30s, 1h, 7d")->type_name("TIME")->default_str("1h");
    SettingFlags gen_token_flags{*gen_token, SettingFlags::Which::ForTokens};

    CLI::App* check_token = app.add_subcommand("check-token", "Say what the server would make of a token, given here or on standard input");
    CLI::Option* token_text = check_token->add_option("token", "The token; safer on standard input, where no process list shows it");
    SettingFlags check_token_flags{*check_token, SettingFlags::Which::ForTokens};

    CLI::App* check_config = app.add_subcommand("check-config", "Check all settings and print what is in force, secrets masked");
    SettingFlags check_config_flags{*check_config, SettingFlags::Which::All};

    CLI::App* migrate = app.add_subcommand("migrate", "Bring the store's schema up to date; serve does so too");
    SettingFlags migrate_flags{*migrate, SettingFlags::Which::ForStore};

    CLI::App* new_epoch = app.add_subcommand("new-epoch", "After a restore from a backup: have every client reload what it shows");
    SettingFlags new_epoch_flags{*new_epoch, SettingFlags::Which::ForStore};

    CLI::App* api_key = app.add_subcommand("apikey", "Make, show and revoke the API keys of backends");
    CLI::App* create_key = api_key->add_subcommand("create", "Make a key and print it, once");
    CLI::Option* key_name = create_key->add_option("--name", "What it is for")->type_name("TEXT");
    CLI::Option* key_orgs = create_key->add_option("--org", "Org ids, separated by commas")->type_name("LIST");
    CLI::Option* key_scopes = create_key->add_option("--scope", "Of publish, admin, read, separated by commas")->type_name("LIST");
    SettingFlags create_key_flags{*create_key, SettingFlags::Which::ForStore};
    CLI::App* list_keys = api_key->add_subcommand("list", "Show all keys, without what they are");
    SettingFlags list_keys_flags{*list_keys, SettingFlags::Which::ForStore};
    CLI::App* revoke_key = api_key->add_subcommand("revoke", "Take a key back, in all its orgs");
    CLI::Option* key_id = revoke_key->add_option("id", "The key's id")->type_name("ID");
    SettingFlags revoke_key_flags{*revoke_key, SettingFlags::Which::ForStore};

    CLI::App* default_config = app.add_subcommand("default-config", "Print a configuration file with every setting and its default");
    CLI::App* config_page = app.add_subcommand("config-page", "Print the documentation of all settings (docs/configuration.md)");
    CLI::App* print_schema = app.add_subcommand("print-schema",
                                                "Print what is documented in docs/: asyncapi (events), openapi (REST) or typescript");
    CLI::Option* schema_form = print_schema->add_option("form", "asyncapi, openapi or typescript")->required()->type_name("FORM");
    CLI::App* version = app.add_subcommand("version", "Print the version");
};

std::string text_of(const CLI::Option* option) { return option->count() == 0 ? std::string() : option->results().back(); }

Command make_gen_token(const Commands& commands, Loaded loaded) {
    GenTokenCommand command{std::move(loaded.config), {}};
    auto& request = command.request;
    request.user = text_of(commands.token_user);
    request.org = text_of(commands.token_org);
    request.name = text_of(commands.token_name);
    request.teams = config_text::list(text_of(commands.token_teams));
    if (commands.token_role->count() != 0) {
        const auto role = from_string<Role>(text_of(commands.token_role));
        if (!role || *role == Role::System) return UsageError{"insightdesk: --role: is none of admin, agent, customer, bot\n"};
        request.role = *role;
    }
    if (commands.token_ttl->count() != 0) {
        const auto ttl = config_text::duration(text_of(commands.token_ttl));
        if (!ttl) return UsageError{"insightdesk: --ttl: \"" + text_of(commands.token_ttl) + "\" " + ttl.error() + "\n"};
        request.ttl = *ttl;
    }
    return command;
}

Command make_api_key_command(const Commands& commands, Loaded loaded) {
    ApiKeyCommand command{std::move(loaded.config), ApiKeyCommand::What::List, {}, text_of(commands.key_id)};
    if (commands.revoke_key->parsed()) command.what = ApiKeyCommand::What::Revoke;
    if (!commands.create_key->parsed()) return command;
    command.what = ApiKeyCommand::What::Create;
    command.wanted.name = text_of(commands.key_name);
    for (const auto& given : commands.key_orgs->results()) {
        for (auto& org : config_text::list(given)) command.wanted.orgs.push_back(std::move(org));
    }
    for (const auto& given : commands.key_scopes->results()) {
        for (const auto& name : config_text::list(given)) {
            const auto scope = from_string<KeyScope>(name);
            if (!scope) return UsageError{"insightdesk: --scope: is none of publish, admin, read\n"};
            command.wanted.scopes.push_back(*scope);
        }
    }
    return command;
}

Command print_schema(const std::string& form) {
    if (form == "asyncapi") return PrintCommand{schema::asyncapi_document()};
    if (form == "openapi") return PrintCommand{schema::openapi_document()};
    if (form == "typescript") return PrintCommand{schema::typescript_declarations()};
    return UsageError{"insightdesk: print-schema: \"" + form + "\" is none of asyncapi, openapi, typescript\n"};
}

Command dispatch(const Commands& commands, const Environment& environment) {
    if (commands.version->parsed()) return PrintCommand{"insightdesk " INSIGHTDESK_VERSION "\n"};
    if (commands.default_config->parsed()) return PrintCommand{default_config()};
    if (commands.config_page->parsed()) return PrintCommand{configuration_page()};
    if (commands.print_schema->parsed()) return print_schema(text_of(commands.schema_form));
    const auto& flags = commands.serve->parsed()         ? commands.serve_flags
                        : commands.gen_token->parsed()   ? commands.gen_token_flags
                        : commands.check_token->parsed() ? commands.check_token_flags
                        : commands.migrate->parsed()     ? commands.migrate_flags
                        : commands.new_epoch->parsed()   ? commands.new_epoch_flags
                        : commands.create_key->parsed()  ? commands.create_key_flags
                        : commands.list_keys->parsed()   ? commands.list_keys_flags
                        : commands.revoke_key->parsed()  ? commands.revoke_key_flags
                                                         : commands.check_config_flags;
    auto loaded = load(flags, environment);
    if (!loaded) return std::move(loaded.error());
    if (commands.serve->parsed()) return ServeCommand{std::move(loaded->config)};
    if (commands.gen_token->parsed()) return make_gen_token(commands, *std::move(loaded));
    if (commands.migrate->parsed()) return MigrateCommand{std::move(loaded->config)};
    if (commands.new_epoch->parsed()) return NewEpochCommand{std::move(loaded->config)};
    if (commands.api_key->parsed()) return make_api_key_command(commands, *std::move(loaded));
    if (commands.check_config->parsed()) return CheckConfigCommand{std::move(loaded->config), std::move(loaded->raw)};
    CheckTokenCommand command{std::move(loaded->config), std::nullopt};
    if (commands.token_text->count() != 0) command.token = text_of(commands.token_text);
    return command;
}

constexpr std::string_view kHint = "\nTry `insightdesk --help`, or `insightdesk COMMAND --help`.\n";

UsageError usage(const std::string& what) { return {"insightdesk: " + Redactor().redact(what) + std::string(kHint)}; }

/// Names what nobody asked for. The value behind an unknown flag is left out: it may be a misspelt flag's secret.
UsageError unexpected(const std::vector<std::string>& rest) {
    const auto flag = std::ranges::find_if(rest, [](const std::string& argument) { return argument.starts_with('-'); });
    if (flag == rest.end()) return usage("\"" + rest.back() + "\" was not expected");
    const auto name = flag->substr(0, flag->find('='));
    std::string setting = name.substr(std::min(name.find_first_not_of('-'), name.size()));
    std::ranges::replace(setting, '-', '_');
    const auto* near = find_setting(nearest_setting(setting));
    return usage("there is no " + name + (near != nullptr ? " here; did you mean " + near->flag() + "?" : " here"));
}

}  // namespace

Command parse_command_line(std::span<const char* const> arguments, const Environment& environment) {
    Commands commands;
    if (arguments.size() <= 1) return PrintCommand{commands.app.help()};
    const std::string first = arguments[1];
    const auto named = [&](const CLI::App* command) { return command->get_name() == first; };
    if (!first.starts_with('-') && commands.app.get_subcommands(named).empty()) return usage("\"" + first + "\" is no command");
    try {
        commands.app.parse(static_cast<int>(arguments.size()), arguments.data());
        return dispatch(commands, environment);
    } catch (const CLI::CallForHelp& call) {
        std::ostringstream out;
        commands.app.exit(call, out, out);
        return PrintCommand{out.str()};
    } catch (const CLI::ParseError& error) {
        // Of a misspelt flag and the missing one that it was meant to be, the former helps more.
        const auto rest = commands.app.remaining(true);
        return rest.empty() ? usage(error.what()) : unexpected(rest);
    }
}

}  // namespace desk::app

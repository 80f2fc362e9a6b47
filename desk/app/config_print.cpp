#include "desk/app/config_print.hpp"

#include <algorithm>

#include "desk/app/settings.hpp"
#include "desk/store/postgres.hpp"

namespace desk::app {
namespace {

/// Numbers and switches bare, the rest as a TOML basic string.
std::string toml_value(const std::string& text) {
    const bool number = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (number || text == "true" || text == "false") return text;
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string quoted = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            quoted += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
        } else {
            if (c == '"' || c == '\\') quoted += '\\';
            quoted += c;
        }
    }
    return quoted + "\"";
}

std::string shown(const Setting& setting, const Config& config) {
    const auto text = setting.show(config);
    return setting.secret && !text.empty() ? "\"********\"" : toml_value(store::loggable_postgres_url(text));
}

std::string_view describe(Source source) {
    switch (source) {
        case Source::Default: return "default";
        case Source::File: return "file";
        case Source::Environment: return "environment";
        case Source::Flag: return "flag";
    }
    return "";
}

/// `|` would end a table cell.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

}  // namespace

std::string default_config() {
    const Config defaults;
    std::string out = "# insightdesk.toml: every setting with its default. Flags beat the environment, the environment beats this file.\n";
    for (const auto& group : setting_groups()) {
        out.append("\n# --- ").append(group.title).append(" ---\n");
        for (const auto& setting : group.settings) {
            out.append("\n# ").append(setting.help).append("\n#");
            out.append(setting.name).append(" = ").append(shown(setting, defaults)).append("\n");
        }
    }
    return out;
}

std::string effective_config(const Config& config, const RawConfig& raw) {
    std::string out;
    for (const auto& group : setting_groups()) {
        if (!out.empty()) out += '\n';
        out.append("# ").append(group.title).append("\n");
        for (const auto& setting : group.settings) {
            out.append(setting.name).append(" = ").append(shown(setting, config));
            out.append("  # ").append(describe(raw.source_of(setting.name))).append("\n");
        }
    }
    return out;
}

std::string configuration_page() {
    const Config defaults;
    std::string out = R"(# Configuration

Each setting is a flag of `insightdesk serve`, an environment variable, and a line of the TOML file that `--config FILE` or
`INSIGHTDESK_CONFIG` names. A flag beats the environment, the environment beats the file, the file beats the default. Unknown flags,
`INSIGHTDESK_*` variables and keys are refused by name.

`insightdesk default-config` prints a file with every setting; `insightdesk check-config` prints what is in force and where it comes from,
secrets masked. This page is made by `insightdesk config-page`.

| kind | spelling |
| --- | --- |
| TIME | `500ms`, `30s`, `5m`, `12h`, `7d` |
| RATE | `5/s,20`: five a second, at most 20 at once; `1/10s,12`: one each ten seconds |
| SIZE | `65536`, `64KiB`, `1MiB` |
| LIST | separated by commas; in the file also `["a", "b"]` |
)";
    for (const auto& group : setting_groups()) {
        out.append("\n## ")
            .append(group.title)
            .append("\n\n| setting and flag | environment | default | meaning |\n| --- | --- | --- | --- |\n");
        for (const auto& setting : group.settings) {
            const auto value = setting.show(defaults);
            out.append("| `").append(setting.name).append("`<br>`").append(setting.flag());
            if (!setting.is_switch()) out.append(" ").append(setting.value_name);
            out.append("` | `").append(setting.variable()).append("` | ").append(value.empty() ? "none" : "`" + cell(value) + "`");
            out.append(" | ").append(cell(setting.help)).append(" |\n");
        }
    }
    return out;
}

}  // namespace desk::app

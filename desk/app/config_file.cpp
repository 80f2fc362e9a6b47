#include <toml++/toml.h>

#include <fstream>
#include <iterator>

#include "desk/app/config.hpp"
#include "desk/app/settings.hpp"

namespace desk::app {
namespace {

constexpr std::size_t kMaxFileBytes = 1024 * 1024;

std::string at(std::string_view where, const toml::source_region& region) {
    return std::string(where) + ":" + std::to_string(region.begin.line) + ": ";
}

/// The value as it would stand behind a flag; nullopt for what no setting takes.
std::optional<std::string> as_text(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    const auto* array = node.as_array();
    if (array == nullptr) return std::nullopt;
    std::string list;
    for (const auto& element : *array) {
        const auto* item = element.as_string();
        if (item == nullptr || item->get().find(',') != std::string::npos) return std::nullopt;
        if (!list.empty()) list += ',';
        list += item->get();
    }
    return list;
}

Problems add_table(RawConfig& raw, const toml::table& table, std::string_view where) {
    Problems problems;
    for (const auto& [key, node] : table) {
        const std::string name(key.str());
        if (find_setting(name) == nullptr) {
            const auto near = nearest_setting(name);
            const auto what = node.is_table() ? "table [" + name + "]" : "\"" + name + "\"";
            problems.push_back(at(where, node.source()) + what + " is no setting" +
                               (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
        } else if (auto text = as_text(node)) {
            raw.put(name, *std::move(text), Source::File);
        } else {
            problems.push_back(at(where, node.source()) + "\"" + name + "\" wants a text, a whole number, true, false, or a list of texts");
        }
    }
    return problems;
}

}  // namespace

Problems add_file(RawConfig& raw, std::string_view toml, std::string_view where) {
    try {
        return add_table(raw, toml::parse(toml), where);
    } catch (const toml::parse_error& error) {
        return {at(where, error.source()) + std::string(error.description())};
    }
}

Problems add_file_at(RawConfig& raw, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return {path + ": cannot be read"};
    std::string text;
    std::array<char, 4096> chunk{};
    while (file.read(chunk.data(), chunk.size()), file.gcount() > 0) {
        text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
        if (text.size() > kMaxFileBytes) return {path + ": is over 1 MiB"};
    }
    if (file.bad() || text.find('\0') != std::string::npos) return {path + ": is no text file"};
    return add_file(raw, text, path);
}

}  // namespace desk::app

#include "desk/app/settings.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace desk::app {
namespace {

constexpr std::string_view kPrefix = "INSIGHTDESK_";

template <class Match>
const Setting* find_if(Match match) {
    for (const auto& group : setting_groups()) {
        for (const auto& setting : group.settings) {
            if (match(setting)) return &setting;
        }
    }
    return nullptr;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
        }
    }
    return row.back();
}

}  // namespace

std::string Setting::flag() const {
    std::string result = "--" + std::string(name);
    std::ranges::replace(result, '_', '-');
    return result;
}

std::string Setting::variable() const {
    std::string result(kPrefix);
    for (const char c : name) result += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return result;
}

const Setting* find_setting(std::string_view name) {
    return find_if([&](const Setting& setting) { return setting.name == name; });
}

const Setting* find_setting_by_variable(std::string_view variable) {
    return find_if([&](const Setting& setting) { return setting.variable() == variable; });
}

std::string_view nearest_setting(std::string_view name) {
    constexpr std::size_t kLongestName = 64;
    constexpr std::size_t kNear = 3;
    if (name.size() > kLongestName) return {};
    std::string_view best;
    std::size_t distance = kNear;
    for (const auto& group : setting_groups()) {
        for (const auto& setting : group.settings) {
            const auto d = edit_distance(name, setting.name);
            if (d < distance) {
                distance = d;
                best = setting.name;
            }
        }
    }
    return best;
}

}  // namespace desk::app

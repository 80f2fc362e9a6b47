#include "desk/presence/local_registry.hpp"

#include <vector>

namespace desk::presence {

void LocalRegistry::expect(std::string_view person, std::int64_t until_ms) {
    expected_.insert_or_assign(std::string(person), until_ms);
    listener_.total(person, {.connections = 1, .away = 0}, Cause::Inferred, true);
}

void LocalRegistry::report(std::string_view person, Tally mine, Cause cause) {
    if (const auto awaited = expected_.find(person); awaited != expected_.end()) expected_.erase(awaited);
    listener_.total(person, mine, cause, true);
}

void LocalRegistry::tick(std::int64_t now_ms) {
    std::vector<std::string> missed;
    std::erase_if(expected_, [&](const auto& each) {
        if (each.second > now_ms) return false;
        missed.push_back(each.first);
        return true;
    });
    for (const std::string& person : missed) listener_.total(person, {}, Cause::Inferred, true);
}

}  // namespace desk::presence

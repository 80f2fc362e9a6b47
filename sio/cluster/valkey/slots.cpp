#include "sio/cluster/valkey/slots.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace sio::cluster {

namespace {

constexpr std::array<std::uint16_t, 256> kCrcTable = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        unsigned crc = byte << 8U;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}();

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> names) {
    const auto same = [&](std::string_view name) {
        return std::equal(word.begin(), word.end(), name.begin(), name.end(),
                          [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; });
    };
    return std::any_of(names.begin(), names.end(), same);
}

}  // namespace

std::uint16_t slot_of(std::string_view key) {
    if (const std::size_t open = key.find('{'); open != std::string_view::npos) {
        const std::size_t close = key.find('}', open + 1);
        if (close != std::string_view::npos && close > open + 1) key = key.substr(open + 1, close - open - 1);
    }
    unsigned crc = 0;
    for (const char byte : key) crc = ((crc << 8U) ^ kCrcTable[((crc >> 8U) ^ static_cast<unsigned char>(byte)) & 0xffU]) & 0xffffU;
    return static_cast<std::uint16_t>(crc % kSlots);
}

std::optional<std::string_view> key_of(std::span<const std::string> words) {
    if (words.size() < 2) return std::nullopt;
    const std::string_view verb = words[0];
    // The subscribers of a shard's channel are all on the node of its slot.
    if (words.size() > 2 && is_one_of(verb, {"PUBSUB"}) && is_one_of(words[1], {"SHARDNUMSUB"})) return words[2];
    if (is_one_of(verb, {"PUBLISH", "PUBSUB", "PING", "ECHO", "INFO", "CLUSTER", "CLIENT", "CONFIG", "SCRIPT", "FUNCTION", "ACL", "COMMAND",
                         "SCAN", "WAIT", "LATENCY", "SLOWLOG"})) {
        return std::nullopt;
    }
    std::size_t place = 1;
    if (is_one_of(verb, {"EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO"})) {
        if (words.size() < 4 || words[2] == "0") return std::nullopt;
        place = 3;
    } else if (is_one_of(verb, {"OBJECT", "XINFO", "XGROUP", "MEMORY", "BITOP"})) {
        place = 2;
    } else if (is_one_of(verb, {"XREAD", "XREADGROUP"})) {
        while (place < words.size() && !is_one_of(words[place], {"STREAMS"})) ++place;
        ++place;
    }
    if (place >= words.size()) return std::nullopt;
    return words[place];
}

std::optional<Redirection> Redirection::parse(std::string_view error) {
    Redirection result;
    result.ask = error.starts_with("ASK ");
    if (!result.ask && !error.starts_with("MOVED ")) return std::nullopt;
    error.remove_prefix(error.find(' ') + 1);
    const std::size_t space = error.find(' ');
    const std::size_t colon = error.rfind(':');
    if (space == std::string_view::npos || colon == std::string_view::npos || colon < space) return std::nullopt;
    std::string_view host = error.substr(space + 1, colon - space - 1);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    result.address.host = host;
    if (!read_number(error.substr(0, space), result.slot) || result.slot >= kSlots) return std::nullopt;
    if (!read_number(error.substr(colon + 1), result.address.port) || result.address.port == 0) return std::nullopt;
    return result;
}

// An answer is a list of [first slot, last slot, [host, port, id, ...] of the primary, those of its replicas ...].
Result<void> SlotMap::load(const Value& answer, const ValkeyAddress& asked) {
    SlotMap fresh;
    fresh.owners_.assign(kSlots, kNobody);
    for (const Value& range : answer.elements) {
        const std::int64_t first = range[0].integer;
        const std::int64_t last = range[1].integer;
        const Value& primary = range[2];
        const std::int64_t port = primary[1].integer;
        const std::string& host = primary[0].text;
        if (first < 0 || last < first || last >= static_cast<std::int64_t>(kSlots) || port <= 0 || port > 0xffff) {
            return fail(ErrorCode::BadRequest, "CLUSTER SLOTS answers nonsense");
        }
        // A node that does not know its own address says none, or "?".
        const std::uint16_t node = fresh.index_of({host.empty() || host == "?" ? asked.host : host, static_cast<std::uint16_t>(port)});
        std::fill(fresh.owners_.begin() + first, fresh.owners_.begin() + last + 1, node);
    }
    if (fresh.nodes_.empty()) return fail(ErrorCode::BadRequest, "no node of the cluster has slots");
    *this = std::move(fresh);
    return {};
}

void SlotMap::set(std::uint16_t slot, const ValkeyAddress& address) {
    if (owners_.empty()) owners_.assign(kSlots, kNobody);
    owners_[slot] = index_of(address);
}

const ValkeyAddress* SlotMap::owner(std::uint16_t slot) const {
    if (owners_.empty() || owners_[slot] == kNobody) return nullptr;
    return &nodes_[owners_[slot]];
}

std::uint16_t SlotMap::index_of(const ValkeyAddress& address) {
    const auto found = std::find(nodes_.begin(), nodes_.end(), address);
    if (found != nodes_.end()) return static_cast<std::uint16_t>(found - nodes_.begin());
    nodes_.push_back(address);
    return static_cast<std::uint16_t>(nodes_.size() - 1);
}

}  // namespace sio::cluster

#include "desk/model/ids.hpp"

#include <array>

namespace desk {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kEventPrefix = "evt_";
constexpr std::size_t kTimeDigits = 10;
constexpr std::size_t kSeqDigits = 8;
constexpr std::size_t kRandomDigits = 8;

constexpr auto kIdCharacters = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@|+=-")) {
        table[static_cast<unsigned char>(c)] = true;
    }
    return table;
}();

void append_digits(std::string& out, std::uint64_t number, std::size_t digits) {
    for (std::size_t i = digits; i-- > 0;) out += kAlphabet[(number >> (5 * i)) & 31U];
}

}  // namespace

std::string_view prefix(IdKind kind) {
    constexpr std::array<std::string_view, 12> kPrefixes{"ticket_", "msg_",       "conv_",  "notif_", "user_", "team_",
                                                         "org_",    kEventPrefix, "maint_", "key_",   "cal_",  "sla_"};
    return kPrefixes[static_cast<std::size_t>(kind)];
}

bool is_valid_id(std::string_view id) {
    if (id.empty() || id.size() > 128) return false;
    for (const char c : id) {
        if (!kIdCharacters[static_cast<unsigned char>(c)]) return false;
    }
    return true;
}

std::string IdGenerator::next(IdKind kind, std::int64_t now_us) {
    std::string id(prefix(kind));
    return id += ulids_.next(now_us / 1000);
}

std::string event_id(std::int64_t now_us, std::int64_t seq) {
    std::array<std::uint8_t, 5> random{};
    sio::random_bytes(random);
    std::uint64_t tail = 0;
    for (const std::uint8_t byte : random) tail = tail << 8U | byte;
    std::string id;
    id.reserve(kEventPrefix.size() + sio::UlidGenerator::kSize);
    id = kEventPrefix;
    append_digits(id, static_cast<std::uint64_t>(now_us / 1000) & 0xFFFF'FFFF'FFFFU, kTimeDigits);
    append_digits(id, static_cast<std::uint64_t>(seq), kSeqDigits);
    append_digits(id, tail, kRandomDigits);
    return id;
}

std::optional<std::int64_t> seq_in_event_id(std::string_view id) {
    if (!id.starts_with(kEventPrefix) || id.size() != kEventPrefix.size() + kTimeDigits + kSeqDigits + kRandomDigits) return std::nullopt;
    std::int64_t seq = 0;
    for (const char c : id.substr(kEventPrefix.size() + kTimeDigits, kSeqDigits)) {
        const std::size_t digit = kAlphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        seq = seq * 32 + static_cast<std::int64_t>(digit);
    }
    return seq;
}

}  // namespace desk

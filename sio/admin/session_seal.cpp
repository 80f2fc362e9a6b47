#include "sio/admin/session_seal.hpp"

#include "sio/base/base64.hpp"
#include "sio/base/bytes.hpp"
#include "sio/base/ids.hpp"
#include "sio/runtime/digest.hpp"

namespace sio::admin {
namespace {

constexpr std::size_t kRandomDigits = 32;
constexpr std::size_t kLongest = 128;
constexpr char kSeparator = '-';

}  // namespace

SessionSeal::SessionSeal(std::string_view username, std::string_view password_hash)
    : key_(runtime::bytes_of(runtime::hmac_sha256(password_hash, "socket.io admin session\n" + std::string(username)))) {}

std::string SessionSeal::make(std::int64_t end_unix_ms) const {
    std::string id = std::to_string(end_unix_ms) + kSeparator + random_hex(kRandomDigits);
    const std::string seal = hex(runtime::bytes_of(runtime::hmac_sha256(key_, id)));
    return id + kSeparator + seal;
}

bool SessionSeal::valid(std::string_view session_id, std::int64_t now_unix_ms) const {
    const auto seal_at = session_id.rfind(kSeparator);
    if (session_id.size() > kLongest || seal_at == std::string_view::npos) return false;
    const auto sealed = session_id.substr(0, seal_at);
    const std::string seal = hex(runtime::bytes_of(runtime::hmac_sha256(key_, sealed)));
    if (!runtime::equal_in_constant_time(session_id.substr(seal_at + 1), seal)) return false;
    const auto end = parse_decimal(sealed.substr(0, sealed.find(kSeparator)));
    return end && now_unix_ms >= 0 && static_cast<std::uint64_t>(now_unix_ms) < *end;
}

}  // namespace sio::admin

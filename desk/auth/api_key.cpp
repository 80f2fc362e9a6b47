#include "desk/auth/api_key.hpp"

#include "sio/base/bytes.hpp"
#include "sio/base/ids.hpp"
#include "sio/runtime/digest.hpp"

namespace desk::auth {

namespace {
constexpr std::size_t kRandomDigits = 48;
}

std::string make_api_key() { return std::string(kApiKeyPrefix) + sio::random_hex(kRandomDigits); }

std::string api_key_hash(std::string_view key) { return sio::hex(sio::runtime::bytes_of(sio::runtime::sha256(key))); }

}  // namespace desk::auth

#include "sio/admin/password.hpp"

#include <crypt.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "sio/base/bytes.hpp"
#include "sio/runtime/digest.hpp"

namespace sio::admin {
namespace {

constexpr std::size_t kHashSize = 60;
constexpr std::size_t kSaltAt = 7;  // behind `$2b$10$`
constexpr unsigned kLeastCost = 4;
constexpr unsigned kMostCost = 15;

bool in_alphabet(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '/'; }

}  // namespace

bool is_bcrypt_hash(std::string_view text) {
    if (text.size() != kHashSize || !text.starts_with("$2") || text[3] != '$' || text[6] != '$') return false;
    if (text[2] != 'a' && text[2] != 'b' && text[2] != 'y') return false;
    const auto cost = parse_decimal(text.substr(4, 2));
    return cost && *cost >= kLeastCost && *cost <= kMostCost && std::ranges::all_of(text.substr(kSaltAt), in_alphabet);
}

bool matches(const std::string& password, const std::string& hash) {
    // Its work area is too large for a thread's stack, and holds the password until it is wiped.
    const auto area = std::make_unique<crypt_data>();
    const char* const made = crypt_r(password.c_str(), hash.c_str(), area.get());
    const bool same = made != nullptr && runtime::equal_in_constant_time(made, hash);
    explicit_bzero(area.get(), sizeof(crypt_data));
    return same && !password.contains('\0');
}

}  // namespace sio::admin

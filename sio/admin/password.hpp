#pragma once

#include <string>
#include <string_view>

/// Passwords kept as bcrypt hashes (`$2a$`, `$2b$`, `$2y$`), by libcrypt.  Thread: any.
namespace sio::admin {

/// Whether `text` is a bcrypt hash that a password can be held against in a few seconds at most: cost 4 to 15.
bool is_bcrypt_hash(std::string_view text);

/// Takes as long as the hash's cost says (10: about 50 ms), whatever the password. Like every bcrypt it knows 72 bytes of a password; one
/// with a NUL matches nothing. Pre: is_bcrypt_hash(hash).
bool matches(const std::string& password, const std::string& hash);

}  // namespace sio::admin

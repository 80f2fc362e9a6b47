#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

/// Unpredictable identifiers from getrandom(2) (CVE-2017-16031: guessable session ids).  Thread: any, but for one Ulid generator.
namespace sio {

/// From a pool of each thread that the kernel refills, so that most calls cost no system call; a fork empties it in the child. Ends the
/// process when the kernel has no randomness to give: there is nothing safe to go on with.
void random_bytes(std::span<std::uint8_t> out);

/// 15 random bytes as 20 characters of base64url: Engine.IO and Socket.IO ids.
std::string random_id();

/// `characters` lower-case hexadecimal digits, random.
std::string random_hex(std::size_t characters);

/// Makes ULIDs: 26 characters of Crockford's base 32, 48 bits of milliseconds and 80 random bits. Each is greater than the one before,
/// also within a millisecond and when the clock steps back; the step within a millisecond is random too, so that one id does not give away
/// the next. Thread: one.
class UlidGenerator {
public:
    std::string next();
    std::string next(std::int64_t unix_ms);

    static constexpr std::size_t kSize = 26;

private:
    std::int64_t last_ms_ = -1;
    std::uint64_t high_ = 0;  // upper 16 of the 80 random bits
    std::uint64_t low_ = 0;
};

}  // namespace sio

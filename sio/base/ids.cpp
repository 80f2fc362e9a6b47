#include "sio/base/ids.hpp"

#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "sio/base/base64.hpp"
#include "sio/base/bytes.hpp"
#include "sio/base/clock.hpp"

namespace sio {

namespace {

void from_kernel(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got > 0) {
            out = out.subspan(static_cast<std::size_t>(got));
        } else if (errno != EINTR) {
            std::abort();
        }
    }
}

/// Random bytes taken in advance. Each is given once and wiped, so that a later look into memory tells nothing of ids given.
struct Pool {
    std::array<std::uint8_t, 1024> bytes{};
    std::size_t left = 0;
};

constinit thread_local Pool pool;

/// Parent and child would otherwise give the same ids.
[[maybe_unused]] const int kForkHandler = ::pthread_atfork(nullptr, nullptr, [] { pool.left = 0; });

std::string_view as_text(std::span<const std::uint8_t> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace

void random_bytes(std::span<std::uint8_t> out) {
    if (out.size() > pool.bytes.size()) return from_kernel(out);
    if (out.size() > pool.left) {
        from_kernel(pool.bytes);
        pool.left = pool.bytes.size();
    }
    std::uint8_t* taken = pool.bytes.data() + (pool.left - out.size());
    std::copy_n(taken, out.size(), out.data());
    std::fill_n(taken, out.size(), std::uint8_t{0});
    pool.left -= out.size();
}

std::string random_id() {
    std::array<std::uint8_t, 15> bytes;
    random_bytes(bytes);
    return base64::encode_url(as_text(bytes));
}

std::string random_hex(std::size_t characters) {
    std::string bytes((characters + 1) / 2, '\0');
    random_bytes({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    std::string digits = hex(bytes);
    digits.resize(characters);
    return digits;
}

std::string UlidGenerator::next() { return next(unix_ms()); }

std::string UlidGenerator::next(std::int64_t unix_ms) {
    constexpr std::int64_t kMaxMs = (std::int64_t{1} << 48) - 1;
    constexpr std::uint64_t kMaxHigh = 0xFFFF;
    unix_ms = std::clamp<std::int64_t>(unix_ms, 0, kMaxMs);
    std::array<std::uint8_t, 10> fresh;
    random_bytes(fresh);
    std::uint64_t random = 0;
    std::memcpy(&random, fresh.data(), sizeof random);
    if (unix_ms > last_ms_) {
        last_ms_ = unix_ms;
        low_ = random;
        high_ = static_cast<std::uint64_t>(fresh[8]) << 8 | fresh[9];
    } else {
        const std::uint64_t step = (random >> 24) + 1;  // 40 bits: unguessable, and 2^40 of them fit
        low_ += step;
        if (low_ < step && ++high_ > kMaxHigh) {
            high_ = 0;
            ++last_ms_;  // the millisecond is used up: borrow from the next
        }
    }

    constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string id(kSize, '0');
    const auto ms = static_cast<std::uint64_t>(last_ms_);
    for (std::size_t i = 0; i < 10; ++i) id[9 - i] = kCrockford[ms >> (5 * i) & 31];
    // 80 bits as 16 digits, from the right: 12 digits hold 60 bits of `low_`, the 13th its last four and one of `high_`.
    for (std::size_t i = 0; i < 12; ++i) id[25 - i] = kCrockford[low_ >> (5 * i) & 31];
    id[13] = kCrockford[(low_ >> 60 | high_ << 4) & 31];
    for (std::size_t i = 0; i < 3; ++i) id[12 - i] = kCrockford[high_ >> (1 + 5 * i) & 31];
    return id;
}

}  // namespace sio

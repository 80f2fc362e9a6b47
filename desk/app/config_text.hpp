#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/limits.hpp"

/// How values are spelled in flags, environment and file. An error is a phrase that goes behind the value: `is not …`; it never repeats it.
namespace desk::app::config_text {

template <class T>
using Parsed = std::expected<T, std::string>;

/// `500ms`, `30s`, `5m`, `12h`, `7d`, `0s`. At most ten years.
Parsed<std::chrono::milliseconds> duration(std::string_view text);
std::string show(std::chrono::milliseconds value);

/// `5/s,20`, `1/10s,12`, `20/1m,20`: so many in that time, and a burst.
Parsed<RateLimit> rate(std::string_view text);
std::string show(const RateLimit& value);

/// `true` or `false`, also `1`, `0`, `yes`, `no`, `on`, `off`.
Parsed<bool> boolean(std::string_view text);

Parsed<std::uint32_t> integer(std::string_view text, std::uint32_t least, std::uint32_t most);

/// `65536`, `64KiB`, `1MiB`.
Parsed<std::uint32_t> bytes(std::string_view text);
std::string show_bytes(std::uint32_t value);

/// Separated by commas, blanks around them dropped; empty text is the empty list.
std::vector<std::string> list(std::string_view text);
std::string show(const std::vector<std::string>& value);

/// Address literals; `localhost` stands for 127.0.0.1 and ::1, `*` for 0.0.0.0 and ::.
Parsed<std::vector<std::string>> hosts(std::string_view text);

/// Addresses and prefixes such as 10.0.0.0/8.
Parsed<std::vector<std::string>> address_ranges(std::string_view text);

/// `https://desk.example.com`, `http://localhost:5173`; or `*` alone.
Parsed<std::vector<std::string>> origins(std::string_view text);

/// `https://id.example.com/keys`, also `http://`; empty for none. No user and password in it: it is shown.
Parsed<std::string> url(std::string_view text);

/// `sqlite:PATH` or `postgres://...`.
Parsed<std::string> store(std::string_view text);

/// `redis[s]://[user:pass@]host[:port][,…]`; empty for none. The error holds no part of it.
Parsed<std::string> valkey(std::string_view text);

}  // namespace desk::app::config_text

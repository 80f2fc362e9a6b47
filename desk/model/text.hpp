#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "desk/model/error.hpp"

/// What people write, made storable the same way at every door (domain.md section 9).  Thread: any.
namespace desk {

inline constexpr std::size_t kMaxSubject = 500;  ///< code points of a subject or title
inline constexpr std::size_t kMaxName = 200;     ///< code points of a person's or team's name

/// Valid UTF-8 without U+0000: bad bytes and U+0000 become U+FFFD. (A lone surrogate escape is U+FFFD already when JSON was parsed.)
std::string clean_text(std::string_view raw);

/// clean_text, then the count of code points against `limit`. Errors: PayloadTooLarge {field, limit}.
Result<std::string> bounded_text(std::string_view field, std::string_view raw, std::size_t limit);

/// bounded_text that must hold something but white space. Errors: also InvalidPayload {field, reason: REQUIRED}.
Result<std::string> required_text(std::string_view field, std::string_view raw, std::size_t limit);

}  // namespace desk

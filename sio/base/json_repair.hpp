#pragma once

#include <string>
#include <string_view>

namespace sio::json {

/// Rewrites what JavaScript's JSON.parse accepts and simdjson refuses: an unpaired surrogate escape becomes `\ufffd`, an integer past
/// 64 bits its nearest double in scientific form, a number past the doubles `null`, one below them `0`. Everything else is copied, so what
/// was no JSON for another reason is none afterwards. One pass; the result is at most a quarter longer. `out` is replaced.  Thread: any.
void repair(std::string_view text, std::string& out);

}  // namespace sio::json

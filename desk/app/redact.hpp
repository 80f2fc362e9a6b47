#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace desk::app {

/// The last guard before a log: what looks like a token, follows `Bearer`, or is one of our own secrets becomes `[redacted]`, wherever in
/// a text it stands. Callers leave secrets out in the first place; this is for the day one does not.  Thread: any; immutable.
class Redactor {
public:
    /// Secrets under 8 characters are not searched for: they would blot out ordinary words.
    explicit Redactor(std::vector<std::string> secrets = {});

    std::string redact(std::string_view text) const;

    /// Whether a field's whole value goes: names that are, or end in, token, secret, password, authorization, cookie, jwt, key.
    static bool secret_name(std::string_view field);

private:
    std::vector<std::string> secrets_;
};

inline constexpr std::string_view kRedacted = "[redacted]";

}  // namespace desk::app

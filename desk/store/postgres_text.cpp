#include "desk/store/postgres_text.hpp"

#include <algorithm>
#include <array>

namespace desk::store::postgres {
namespace {

using sql::FailureKind;

void replace_all(std::string& text, std::string_view word, std::string_view meaning) {
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + meaning.size())) {
        text.replace(at, word.size(), meaning);
    }
}

}  // namespace

std::string translate(std::string_view text) {
    std::string out(text);
    std::ranges::replace(out, '?', '$');
    replace_all(out, "{lock}", "FOR UPDATE");
    replace_all(out, "{clustered}", "");
    return out;
}

std::string translate_script(std::string_view text) {
    std::string out = translate(text);
    replace_all(out, " TEXT", R"( TEXT COLLATE "C")");
    return out;
}

FailureKind kind_of(std::string_view sqlstate) {
    if (sqlstate.size() != 5) return FailureKind::Io;
    if (sqlstate == "40001" || sqlstate == "40P01") return FailureKind::Undone;
    if (sqlstate == "53100") return FailureKind::Full;
    if (sqlstate == "55P03" || sqlstate == "57014" || sqlstate.starts_with("53")) return FailureKind::Busy;
    if (sqlstate.starts_with("23")) return FailureKind::Constraint;
    if (sqlstate.starts_with("XX00")) return sqlstate == "XX000" ? FailureKind::Other : FailureKind::Corrupt;
    if (ends_connection(sqlstate) || sqlstate.starts_with("58")) return FailureKind::Io;
    return FailureKind::Other;
}

bool ends_connection(std::string_view sqlstate) {
    // 25006: we are at a standby, perhaps the primary of a minute ago.
    static constexpr std::array<std::string_view, 8> kEnds{"57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25006", "3D000"};
    return sqlstate.size() != 5 || sqlstate.starts_with("08") || sqlstate.starts_with("28") ||
           std::ranges::find(kEnds, sqlstate) != kEnds.end();
}

}  // namespace desk::store::postgres

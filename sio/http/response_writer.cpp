#include "sio/http/response_writer.hpp"

#include <array>
#include <charconv>
#include <ctime>

#include "sio/base/deflate.hpp"
#include "sio/http/tokens.hpp"

namespace sio::http {
namespace {

constexpr std::size_t kCompressFrom = 1024;

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

bool is_line_safe(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos; }

void append_header(std::string& out, std::string_view name, std::string_view value) {
    if (!is_token(name) || !is_line_safe(value)) return;
    out.append(name).append(": ").append(value).append("\r\n");
}

/// Compresses the body in place; gives the coding's name, or nothing when it stayed as it was.
std::string_view compress(std::string& body, std::string_view accept_encoding) {
    const int gzip_quality = coding_quality(accept_encoding, "gzip");
    const int deflate_quality = coding_quality(accept_encoding, "deflate");
    if (gzip_quality == 0 && deflate_quality == 0) return {};
    const bool use_gzip = gzip_quality >= deflate_quality;
    auto packed = use_gzip ? gzip(body) : zlib_deflate(body);
    if (!packed || packed->size() >= body.size()) return {};
    body = std::move(*packed);
    return use_gzip ? "gzip" : "deflate";
}

}  // namespace

std::string_view ResponseWriter::date(std::int64_t unix_ms) {
    const std::int64_t second = unix_ms / 1000;
    if (second == date_second_) return date_;
    date_second_ = second;
    // IMF-fixdate has English names in any locale, so strftime is of no use.
    static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto time = static_cast<std::time_t>(second);
    std::tm utc{};
    gmtime_r(&time, &utc);
    const auto two = [this](int number) {
        date_.push_back(static_cast<char>('0' + number / 10 % 10));
        date_.push_back(static_cast<char>('0' + number % 10));
    };
    date_.assign("Date: ").append(kDays[static_cast<std::size_t>(utc.tm_wday)]).append(", ");
    two(utc.tm_mday);
    date_.append(" ").append(kMonths[static_cast<std::size_t>(utc.tm_mon)]).append(" ");
    append_number(date_, static_cast<std::size_t>(utc.tm_year + 1900));
    date_.append(" ");
    two(utc.tm_hour);
    date_.append(":");
    two(utc.tm_min);
    date_.append(":");
    two(utc.tm_sec);
    date_.append(" GMT\r\n");
    return date_;
}

runtime::FrameRef ResponseWriter::write(Response& response, const AnswerForm& form, std::int64_t unix_ms) {
    head_.assign("HTTP/1.1 ");
    append_number(head_, static_cast<std::size_t>(response.status < 100 || response.status > 999 ? 500 : response.status));
    head_.append(" ").append(reason_phrase(response.status)).append("\r\n");

    const bool bodyless = response.status == 204 || response.status == 304;
    if (bodyless) response.body.clear();
    bool encoded = false;
    for (const auto& [name, value] : response.headers) {
        append_header(head_, name, value);
        encoded = encoded || equals_ignoring_case(name, "Content-Encoding");
    }
    if (!response.content_type.empty()) append_header(head_, "Content-Type", response.content_type);
    if (response.compressible && !encoded && response.body.size() >= kCompressFrom) {
        head_.append("Vary: Accept-Encoding\r\n");
        const auto coding = compress(response.body, form.accept_encoding);
        if (!coding.empty()) append_header(head_, "Content-Encoding", coding);
    }
    if (response.status != 304) {
        head_.append("Content-Length: ");
        append_number(head_, response.body.size());
        head_.append("\r\n");
    }
    head_.append(date(unix_ms));
    if (!form.keep_alive) {
        head_.append("Connection: close\r\n");
    } else if (!form.http11) {
        head_.append("Connection: keep-alive\r\n");
    }
    head_.append("\r\n");
    return runtime::Frame::make(head_, form.head ? std::string_view{} : std::string_view(response.body));
}

}  // namespace sio::http

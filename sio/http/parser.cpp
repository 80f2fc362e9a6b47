#include "sio/http/parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>

#include "sio/http/tokens.hpp"

namespace sio::http {
namespace {

namespace beast = boost::beast;
using BeastError = beast::error_code;
using BeastView = beast::string_view;

std::string_view view(BeastView text) { return {text.data(), text.size()}; }

/// Stops Beast's parser; the reason is in the callback's own Refusal.
BeastError stopped() { return make_error_code(beast::http::error::bad_value); }

Method to_method(std::string_view name) {
    if (name == "GET") return Method::Get;
    if (name == "POST") return Method::Post;
    if (name == "HEAD") return Method::Head;
    if (name == "PUT") return Method::Put;
    if (name == "PATCH") return Method::Patch;
    if (name == "DELETE") return Method::Delete;
    if (name == "OPTIONS") return Method::Options;
    return Method::Other;
}

/// reg-name, IPv4, IPv6 literal and port of RFC 3986, by their characters only. Empty is legal.
bool is_authority(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return alphanumeric || std::string_view("-._~!$&'()*+,;=%:[]").find(c) != std::string_view::npos;
    });
}

/// Splits the target into path and query. False: of no form that a server takes (RFC 9112 section 3.2).
bool split_target(Request& request) {
    std::string_view target = request.target;
    for (const char c : target) {
        if (c <= ' ' || c > '~' || c == '#') return false;
    }
    if (target == "*") {
        request.path = target;
        return request.method == Method::Options;
    }
    if (target.front() != '/') {
        const auto scheme = target.find("://");
        if (scheme == std::string_view::npos) return false;
        if (!equals_ignoring_case(target.substr(0, scheme), "http") && !equals_ignoring_case(target.substr(0, scheme), "https"))
            return false;
        target.remove_prefix(scheme + 3);
        const auto end = target.find_first_of("/?");
        const auto authority = target.substr(0, end);
        if (authority.empty() || !is_authority(authority)) return false;
        if (end == std::string_view::npos) {
            request.path = "/";
            return true;
        }
        target.remove_prefix(end);
    }
    const auto question = target.find('?');
    request.path = question == 0 ? std::string_view("/") : target.substr(0, question);
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    return true;
}

/// Tells a version this server does not speak from a request line that is not HTTP at all.
bool names_other_version(std::string_view head) {
    const auto line = head.substr(0, head.find("\r\n"));
    if (line.size() < 9) return false;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto version = line.substr(line.size() - 9);
    return version.starts_with(" HTTP/") && digit(version[6]) && version[7] == '.' && digit(version[8]) && version != " HTTP/1.1" &&
           version != " HTTP/1.0";
}

class Callbacks final : public beast::http::basic_parser<true> {
public:
    Request* request = nullptr;  // null: past the head, fields are trailers
    std::string* body = nullptr;
    Refusal refusal;
    std::uint64_t max_body = 0;
    std::uint64_t content = 0;
    std::uint64_t chunk_left = 0;
    std::size_t extension_bytes = 0;
    std::size_t max_overhead = 0;
    std::size_t max_trailers = 0;
    std::size_t trailers = 0;
    bool http11 = false;
    bool has_host = false;
    bool has_length = false;
    bool has_encoding = false;
    bool has_expectation = false;
    bool connection_upgrade = false;
    bool websocket = false;

private:
    void refuse(BeastError& ec, int status, std::string_view why) {
        refusal = {status, why};
        ec = stopped();
    }

    void on_request_impl(beast::http::verb, BeastView method, BeastView target, int version, BeastError& ec) override {
        request->method = to_method(view(method));
        request->target = view(target);
        http11 = version == 11;
        if (!split_target(*request)) refuse(ec, 400, "bad request target");
    }

    void on_response_impl(int, BeastView, int, BeastError&) override {}

    void on_field_impl(beast::http::field name, BeastView raw_name, BeastView raw_value, BeastError& ec) override {
        // A folded value is either copied together by Beast or starts on a later line than its name.
        const char* after_name = raw_name.data() + raw_name.size();
        const bool elsewhere = raw_value.data() < after_name || raw_value.data() > after_name + max_overhead;
        if (elsewhere || std::find(after_name, raw_value.data(), '\n') != raw_value.data()) return refuse(ec, 400, "folded header");
        if (request == nullptr) {
            // Trailers are checked and dropped: nothing here may add to a head that was acted upon.
            if (++trailers > max_trailers) refuse(ec, 431, "too many trailers");
            return;
        }
        const auto value = view(raw_value);
        request->headers.emplace_back(view(raw_name), value);
        switch (name) {
            case beast::http::field::host:
                if (std::exchange(has_host, true)) return refuse(ec, 400, "repeated Host");
                if (!is_authority(value)) return refuse(ec, 400, "bad Host");
                break;
            case beast::http::field::content_length:
                if (std::exchange(has_length, true)) return refuse(ec, 400, "repeated Content-Length");
                if (value.find_first_not_of("0123456789") != std::string_view::npos) return refuse(ec, 400, "bad Content-Length");
                break;
            case beast::http::field::transfer_encoding:
                if (std::exchange(has_encoding, true)) return refuse(ec, 400, "repeated Transfer-Encoding");
                if (!equals_ignoring_case(value, "chunked")) return refuse(ec, 400, "unknown Transfer-Encoding");
                if (!http11) return refuse(ec, 400, "Transfer-Encoding in HTTP/1.0");
                break;
            case beast::http::field::expect:
                if (!equals_ignoring_case(value, "100-continue")) return refuse(ec, 417, "unknown expectation");
                has_expectation = true;
                break;
            case beast::http::field::connection: connection_upgrade = connection_upgrade || has_token(value, "upgrade"); break;
            case beast::http::field::upgrade: websocket = websocket || has_token(value, "websocket"); break;
            default: break;
        }
    }

    void on_header_impl(BeastError& ec) override {
        if (http11 && !has_host) refuse(ec, 400, "Host is missing");
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
    std::size_t on_body_impl(BeastView bytes, BeastError&) override { return bytes.size(); }

    void on_chunk_header_impl(std::uint64_t size, BeastView extensions, BeastError& ec) override {
        // Inside a quoted string Beast lets any byte pass, line ends too, which others might read differently.
        if (std::any_of(extensions.begin(), extensions.end(), [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; })) {
            return refuse(ec, 400, "bad chunk extension");
        }
        extension_bytes += extensions.size();
        if (extension_bytes > max_overhead) return refuse(ec, 400, "chunk extensions too large");
        if (size > max_body - content) return refuse(ec, 413, "body too large");
        content += size;
        chunk_left = size;
    }

    std::size_t on_chunk_body_impl(std::uint64_t, BeastView bytes, BeastError&) override {
        if (body != nullptr) body->append(bytes.data(), bytes.size());
        chunk_left -= bytes.size();
        return bytes.size();
    }

    void on_finish_impl(BeastError&) override {}
};

}  // namespace

struct RequestParser::Beast {
    std::optional<Callbacks> parser;
};

RequestParser::RequestParser() : beast_(std::make_unique<Beast>()) {}
RequestParser::~RequestParser() = default;

Refusal RequestParser::parse_head(std::string_view head, Request& request, HeadFacts& facts) {
    Callbacks& parser = beast_->parser.emplace();
    done_ = false;
    taken_ = 0;
    request.method = Method::Get;
    request.target = request.path = request.query = request.body = {};
    request.headers.clear();
    parser.request = &request;
    parser.max_overhead = head.size();
    parser.header_limit(static_cast<std::uint32_t>(head.size()));
    // Bodies are held to their limit here. Beast 1.74 takes "none" for 0 when it compares Content-Length.
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());

    BeastError ec;
    const auto used = parser.put(boost::asio::const_buffer(head.data(), head.size()), ec);
    parser.request = nullptr;
    parser.body_limit(boost::none);
    if (ec) {
        if (parser.refusal) return parser.refusal;
        if (ec == beast::http::error::bad_version && names_other_version(head)) return {505, "only HTTP/1.0 and HTTP/1.1"};
        return {400, "malformed request"};
    }
    if (used != head.size() || !parser.is_header_done()) return {400, "malformed request"};

    facts.http11 = parser.http11;
    facts.keep_alive = parser.keep_alive();
    facts.chunked = chunked_ = parser.chunked();
    facts.expects_continue = parser.has_expectation && parser.http11;
    facts.content_length = left_ = parser.has_length ? parser.content_length().value_or(0) : 0;
    const bool has_body = chunked_ || left_ > 0;
    // RFC 9110 section 7.8: not in HTTP/1.0. A body ahead of another protocol is nothing any client sends.
    request.upgrade = parser.connection_upgrade && parser.websocket && parser.http11 && !has_body;
    done_ = !has_body;
    return {};
}

std::size_t RequestParser::feed_body(std::string_view bytes, std::size_t max_body, const Limits& limits, std::string* body,
                                     Refusal& refusal) {
    if (!chunked_) {
        if (left_ > max_body - std::min<std::uint64_t>(taken_, max_body)) {
            refusal = {413, "body too large"};
            return 0;
        }
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
        if (body != nullptr) body->append(bytes.substr(0, size));
        left_ -= size;
        taken_ += size;
        done_ = left_ == 0;
        return size;
    }

    Callbacks& parser = *beast_->parser;
    parser.body = body;
    parser.max_body = max_body;
    parser.max_overhead = limits.max_header_bytes;
    parser.max_trailers = limits.max_headers;
    std::size_t used = 0;
    while (!done_ && used < bytes.size()) {
        const auto rest = bytes.substr(used);
        // Past the head of a chunk Beast's parser looks for the end of a line, or of the trailers, in all it is shown. No rest of a chunked
        // body that starts there has less than five bytes, and Beast's parser counts on it.
        const bool in_chunk = parser.chunk_left > 0;
        if (!in_chunk && rest.size() < 5) break;
        const auto shown = in_chunk ? rest : rest.substr(0, limits.max_header_bytes);
        BeastError ec;
        const auto step = parser.put(boost::asio::const_buffer(shown.data(), shown.size()), ec);
        used += step;
        if (ec == beast::http::error::need_more) {
            if (!in_chunk && shown.size() == limits.max_header_bytes) refusal = {431, "chunk head or trailers too large"};
            break;
        }
        if (ec) {
            refusal = parser.refusal ? parser.refusal : Refusal{400, "malformed chunk"};
            break;
        }
        done_ = parser.is_done();
    }
    return used;
}

}  // namespace sio::http

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sio/http/head_scanner.hpp"
#include "sio/http/parser.hpp"

namespace sio::http::testing {

/// What became of one request.
struct Outcome {
    int status = 0;  ///< of the refusal; 0: none
    bool complete = false;
    std::size_t used = 0;  ///< bytes of the request, when complete
    Method method = Method::Other;
    std::string target;
    std::string headers;  ///< "name=value;" each
    std::string body;
    bool upgrade = false;
    bool keep_alive = false;

    bool operator==(const Outcome&) const = default;
};

/// Reads one request as a connection does, shown `bytes` in pieces: `next` gives how many bytes more are shown each time (at least 1).
/// Header only, so that fuzzers may use it.
inline Outcome feed(std::string_view bytes, const Limits& limits, std::size_t max_body, const std::function<std::size_t()>& next) {
    Outcome outcome;
    HeadScanner scanner;
    RequestParser parser;
    Request request;
    HeadFacts facts;
    std::string head;
    Refusal refusal;
    std::size_t begin = 0;  // of what is not taken yet
    std::size_t shown = 0;
    bool in_body = false;
    while (!outcome.complete && !refusal && shown < bytes.size()) {
        shown = std::min(bytes.size(), shown + std::max<std::size_t>(next(), 1));
        if (!in_body) {
            const auto size = scanner.scan(bytes.substr(0, shown), limits, refusal);
            if (refusal) break;
            if (size == 0) continue;
            head = bytes.substr(0, size);
            refusal = parser.parse_head(head, request, facts);
            if (refusal) break;
            begin = size;
            in_body = true;
            if (facts.content_length > max_body) refusal = {413, "body too large"};
        }
        while (!refusal && !parser.done()) {
            const auto step = parser.feed_body(bytes.substr(begin, shown - begin), max_body, limits, &outcome.body, refusal);
            begin += step;
            if (step == 0) break;
        }
        outcome.complete = !refusal && parser.done();
    }
    outcome.status = refusal.status;
    if (outcome.complete) {
        outcome.used = begin;
        outcome.method = request.method;
        outcome.target = request.target;
        for (const auto& [name, value] : request.headers) outcome.headers.append(name).append("=").append(value).append(";");
        outcome.upgrade = request.upgrade;
        outcome.keep_alive = facts.keep_alive;
    } else {
        outcome.body.clear();
    }
    return outcome;
}

inline Outcome feed_whole(std::string_view bytes, const Limits& limits = {}, std::size_t max_body = 1000) {
    return feed(bytes, limits, max_body, [size = bytes.size()] { return size; });
}

}  // namespace sio::http::testing

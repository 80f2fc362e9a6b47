#include <algorithm>

#include "desk/store/postgres.hpp"
#include "sio/base/bytes.hpp"

namespace desk::store {
namespace {

constexpr std::string_view kMask = "********";

/// Where a password stands in a URL.
struct Place {
    std::size_t begin;
    std::size_t size;
};

/// `scheme://user:HERE@host/...?password=HERE&sslpassword=HERE`, in order.
std::vector<Place> secret_places(std::string_view url) {
    std::vector<Place> out;
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return out;
    const auto start = scheme + 3;
    // A password that was not encoded may hold any of the marks: what counts is the last @ before the query.
    const auto query = url.find('?', start);
    const auto at = url.substr(0, query).rfind('@');
    if (at != std::string_view::npos && at > start) {
        const auto colon = url.find(':', start);
        if (colon < at) out.push_back({colon + 1, at - colon - 1});
    }
    for (auto from = query; from != std::string_view::npos; from = url.find('&', from + 1)) {
        const auto name = url.substr(from + 1);
        for (const std::string_view key : {"password=", "sslpassword="}) {
            if (!name.starts_with(key)) continue;
            const auto begin = from + 1 + key.size();
            out.push_back({begin, std::min(url.find('&', begin), url.size()) - begin});
        }
    }
    std::erase_if(out, [](const Place& place) { return place.size == 0; });
    return out;
}

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = text[i] == '%' ? sio::unhex(text.substr(i + 1, 2)) : std::nullopt;
        if (byte && byte->size() == 1) {
            out += *byte;
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

bool is_postgres_url(std::string_view url) { return url.starts_with("postgres://") || url.starts_with("postgresql://"); }

std::string loggable_postgres_url(std::string_view url) {
    std::string out;
    std::size_t done = 0;
    for (const auto& [begin, size] : secret_places(url)) {
        out.append(url.substr(done, begin - done)).append(kMask);
        done = begin + size;
    }
    return out.append(url.substr(done));
}

std::vector<std::string> secrets_in_postgres_url(std::string_view url) {
    std::vector<std::string> out;
    for (const auto& [begin, size] : secret_places(url)) {
        out.emplace_back(url.substr(begin, size));
        if (auto plain = decoded(out.back()); plain != out.back()) out.push_back(std::move(plain));
    }
    return out;
}

}  // namespace desk::store

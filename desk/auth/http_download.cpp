#include "desk/auth/http_download.hpp"

#include <curl/curl.h>

#include <array>

#include "desk/auth/refresh_plan.hpp"
#include "sio/base/bytes.hpp"

namespace desk::auth {
namespace {

constexpr long kMaxRedirects = 3;
constexpr std::string_view kCacheControl = "cache-control:";

struct ReleaseEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ReleaseList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

/// One request and what has come of its answer.
struct HttpDownload::Transfer {
    explicit Transfer(const Options& wanted) : options(wanted) {
        const auto set = [this](CURLoption option, auto value) { curl_easy_setopt(easy.get(), option, value); };
        const bool secure = options.url.starts_with("https:");
        set(CURLOPT_URL, options.url.c_str());
        set(CURLOPT_PROTOCOLS_STR, secure ? "https" : "http");
        set(CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
        set(CURLOPT_FOLLOWLOCATION, 1L);
        set(CURLOPT_MAXREDIRS, kMaxRedirects);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_time.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.whole_time.count()));
        set(CURLOPT_USERAGENT, "insightdesk");
        set(CURLOPT_HTTPHEADER, headers.get());
        set(CURLOPT_ERRORBUFFER, error.data());
        if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
        set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
        set(CURLOPT_WRITEDATA, this);
        set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
        set(CURLOPT_HEADERDATA, this);
    }

    static std::size_t on_body(const char* data, std::size_t, std::size_t size, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        if (transfer.document.text.size() + size > transfer.options.max_bytes) {
            transfer.too_large = true;
            return 0;
        }
        transfer.document.text.append(data, size);
        return size;
    }

    static std::size_t on_header(const char* data, std::size_t, std::size_t size, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        std::string_view line(data, size);
        while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
        if (line.starts_with("HTTP/")) {  // of a redirect, or of what it leads to: only the last answer counts
            transfer.document = {};
        } else if (line.size() > kCacheControl.size() && sio::iequals(line.substr(0, kCacheControl.size()), kCacheControl)) {
            if (const auto age = max_age_of(line.substr(kCacheControl.size()))) transfer.document.max_age = age;
        }
        return size;
    }

    std::expected<Document, std::string> finish(CURLcode code) {
        if (too_large) return std::unexpected("the answer is over " + std::to_string(options.max_bytes) + " bytes");
        if (code != CURLE_OK) return std::unexpected(std::string(error.front() != '\0' ? error.data() : curl_easy_strerror(code)));
        long status = 0;
        curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
        if (status != 200) return std::unexpected("the answer is HTTP " + std::to_string(status));
        return std::move(document);
    }

    const Options& options;
    std::unique_ptr<CURL, ReleaseEasy> easy{curl_easy_init()};
    std::unique_ptr<curl_slist, ReleaseList> headers{curl_slist_append(nullptr, "Accept: application/jwk-set+json, application/json")};
    std::array<char, CURL_ERROR_SIZE> error{};
    Document document;
    bool too_large = false;
};

void HttpDownload::ReleaseMulti::operator()(void* multi) const { curl_multi_cleanup(multi); }

HttpDownload::HttpDownload(Options options) : options_(std::move(options)) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready == CURLE_OK) multi_.reset(curl_multi_init());
}

HttpDownload::~HttpDownload() = default;

std::expected<Download::Document, std::string> HttpDownload::get() {
    constexpr int kLongestPollMs = 1000;
    if (!multi_) return std::unexpected("libcurl cannot be used");
    Transfer transfer(options_);
    if (!transfer.easy) return std::unexpected("out of memory");
    curl_multi_add_handle(multi_.get(), transfer.easy.get());
    std::expected<Document, std::string> outcome = std::unexpected("cancelled");
    for (int running = 1; !cancelled_;) {
        if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) break;
        int left = 0;
        if (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left); message != nullptr && message->msg == CURLMSG_DONE) {
            outcome = transfer.finish(message->data.result);
            break;
        }
        if (curl_multi_poll(multi_.get(), nullptr, 0, kLongestPollMs, nullptr) != CURLM_OK) break;
    }
    curl_multi_remove_handle(multi_.get(), transfer.easy.get());
    return outcome;
}

void HttpDownload::cancel() {
    cancelled_ = true;
    if (multi_) curl_multi_wakeup(multi_.get());
}

std::string loggable_url(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    const auto authority = url.substr(scheme + 3, url.find('/', scheme + 3) - (scheme + 3));
    const auto at = authority.rfind('@');
    std::string shown(url.substr(0, scheme + 3));
    if (at == std::string_view::npos) return shown.append(url.substr(scheme + 3));
    return shown.append(url.substr(scheme + 3 + at + 1));
}

}  // namespace desk::auth

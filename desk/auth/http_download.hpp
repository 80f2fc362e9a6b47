#pragma once

#include <atomic>
#include <memory>

#include "desk/auth/download.hpp"

namespace desk::auth {

/// Gets a document over http or https with libcurl. Only 200 is an answer. At most three redirects are followed, from https never to http,
/// and no other schemes at all. Certificates are checked; cookies, .netrc and stored credentials play no part.
class HttpDownload final : public Download {
public:
    struct Options {
        std::string url;
        std::string ca_file;  ///< certificates to trust, in PEM; empty: the system's
        std::size_t max_bytes = 64 * 1024;
        std::chrono::milliseconds connect_time{3000};
        std::chrono::milliseconds whole_time{5000};
    };
    /// Call before other threads are started: libcurl prepares itself once for the process.
    explicit HttpDownload(Options options);
    ~HttpDownload() override;
    HttpDownload(const HttpDownload&) = delete;
    HttpDownload& operator=(const HttpDownload&) = delete;

    std::expected<Document, std::string> get() override;
    void cancel() override;

private:
    struct Transfer;
    struct ReleaseMulti {
        void operator()(void* multi) const;
    };

    Options options_;
    std::unique_ptr<void, ReleaseMulti> multi_;
    std::atomic<bool> cancelled_ = false;
};

/// The URL without user, query and fragment, for the log.
std::string loggable_url(std::string_view url);

}  // namespace desk::auth

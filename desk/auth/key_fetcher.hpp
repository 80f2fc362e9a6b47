#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "desk/auth/download.hpp"
#include "desk/auth/key_source.hpp"
#include "desk/auth/refresh_plan.hpp"
#include "desk/auth/token_verifier.hpp"
#include "sio/base/log.hpp"

namespace desk::auth {

/// Keeps a verifier's keys those of a JWK set at a URL (RFC 7517 section 5), fetched by a thread of its own by RefreshPlan. The keys of the
/// last good answer stay until the next one, through any outage; a key that it no longer holds is refused from then on. A failure is logged
/// when it begins and every ten minutes while it lasts.
/// Thread: any, unless said otherwise.
class KeyFetcher final : public KeySource {
public:
    /// `name` says in the log where the keys come from. The verifier and the log outlive it. Nothing is fetched before start().
    KeyFetcher(TokenVerifier& verifier, std::unique_ptr<Download> download, std::chrono::milliseconds period, std::string name,
               sio::Log& log);
    ~KeyFetcher() override;
    KeyFetcher(const KeyFetcher&) = delete;
    KeyFetcher& operator=(const KeyFetcher&) = delete;

    /// Thread: the owner's.
    void start();
    /// Cancels what is under way and drops who waits for it. Thread: the owner's.
    void stop();

    bool fetch(const std::function<bool()>& lacking, Done done) override;
    /// Fetches at once, because the operator wants it.
    void refresh();

private:
    using Clock = std::chrono::steady_clock;

    void run();
    bool wait_until_due();
    void fetched(const KeySet& keys);
    void failed(const std::string& why);

    TokenVerifier& verifier_;
    std::unique_ptr<Download> download_;
    std::string name_;
    sio::Log& log_;
    std::thread thread_;

    std::mutex mutex_;
    std::condition_variable wake_;
    // Guarded by mutex_:
    RefreshPlan plan_;
    bool wanted_ = false;    // a fetch out of turn
    bool fetching_ = false;  // or about to
    bool stopping_ = false;
    std::vector<Done> waiting_;

    // The thread's own:
    std::string failure_;
    Clock::time_point failure_told_;
    std::vector<std::string> key_ids_;
};

/// The keys of a set as a server takes them from a URL: secrets are left out, for whoever can read them could make tokens, and so are keys
/// that are broken or weak, for the others must go on. Errors: as KeySet::from_jwks.
sio::Result<KeySet> keys_from_url(std::string_view json);

}  // namespace desk::auth

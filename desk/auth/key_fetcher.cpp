#include "desk/auth/key_fetcher.hpp"

#include <utility>

namespace desk::auth {
namespace {

constexpr std::size_t kMaxWaiting = 100'000;
constexpr std::chrono::minutes kBetweenComplaints{10};

}  // namespace

sio::Result<KeySet> keys_from_url(std::string_view json) { return KeySet::from_jwks(json, {.secrets = false, .skip_unfit = true}); }

KeyFetcher::KeyFetcher(TokenVerifier& verifier, std::unique_ptr<Download> download, std::chrono::milliseconds period, std::string name,
                       sio::Log& log)
    : verifier_(verifier), download_(std::move(download)), name_(std::move(name)), log_(log), plan_(period) {}

KeyFetcher::~KeyFetcher() { stop(); }

void KeyFetcher::start() {
    fetching_ = true;
    thread_ = std::thread([this] { run(); });
}

void KeyFetcher::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    download_->cancel();
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
    const std::vector<Done> dropped = std::exchange(waiting_, {});
}

bool KeyFetcher::fetch(const std::function<bool()>& lacking, Done done) {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || waiting_.size() >= kMaxWaiting || !lacking()) return false;
    if (!fetching_) {
        if (!plan_.ask(Clock::now())) return false;
        fetching_ = wanted_ = true;
        wake_.notify_one();
    }
    waiting_.push_back(std::move(done));
    return true;
}

void KeyFetcher::refresh() {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    fetching_ = wanted_ = true;
    wake_.notify_one();
}

bool KeyFetcher::wait_until_due() {
    std::unique_lock lock(mutex_);
    while (!stopping_ && !wanted_ && Clock::now() < plan_.due()) wake_.wait_until(lock, plan_.due());
    wanted_ = false;
    fetching_ = !stopping_;
    return fetching_;
}

void KeyFetcher::run() {
    while (wait_until_due()) {
        const auto document = download_->get();
        auto keys = document ? keys_from_url(document->text) : sio::fail(sio::ErrorCode::BadRequest, document.error());
        if (keys)
            fetched(*keys);
        else
            failed(keys.error().detail);
        std::vector<Done> waiting;
        {
            // At once, so that who finds these keys without their own does not join the fetch that has just ended, and who missed them
            // by a moment does not begin another.
            const std::scoped_lock lock(mutex_);
            if (stopping_) return;
            if (keys) {
                verifier_.use(std::move(*keys));
                plan_.succeeded(Clock::now(), document->max_age);
            } else {
                plan_.failed(Clock::now());
            }
            fetching_ = wanted_;
            if (!wanted_) waiting.swap(waiting_);
        }
        for (auto& done : waiting) done();
    }
}

void KeyFetcher::fetched(const KeySet& keys) {
    std::vector<std::string> ids;
    for (const auto& key : keys.keys()) ids.push_back(key.id());
    if (!failure_.empty() || ids != key_ids_) log_.info("token keys fetched", {{"from", name_}, {"count", ids.size()}});
    failure_.clear();
    key_ids_ = std::move(ids);
}

void KeyFetcher::failed(const std::string& why) {
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_) return;
    }
    const bool first = failure_.empty();
    failure_ = why.empty() ? "unknown" : why;
    if (!first && Clock::now() - failure_told_ < kBetweenComplaints) return;
    failure_told_ = Clock::now();
    log_.error(verifier_.has_keys() ? "token keys not fetched, the old ones stay" : "token keys not fetched, no token is taken yet",
               {{"from", name_}, {"why", failure_}});
}

}  // namespace desk::auth

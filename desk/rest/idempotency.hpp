#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "desk/model/error.hpp"
#include "desk/store/transaction.hpp"
#include "sio/http/message.hpp"
#include "sio/socketio/function_ref.hpp"

/// `Idempotency-Key` on POST (domain.md 4): the first request with a key is done, later ones of the same holder within 24 hours get its
/// answer again. Found and written in the command's own transaction, so a key is there exactly when its effect is, whatever happens
/// between the commit and the answer.
namespace desk::rest {

inline constexpr std::size_t kMaxIdempotencyKey = 255;

/// What a request with a key is known by.
struct Idempotency {
    std::string holder;  ///< a user's id, or `key:` and an API key's id
    std::string key;
    std::string hash;  ///< of path, query and body
};

/// The key of `request`; nullopt without one. Errors: InvalidPayload unless it is 1 to 255 visible ASCII characters.
Result<std::optional<Idempotency>> read_idempotency(const sio::http::Request& request, std::string_view holder);

/// What a request is answered with; from 400 on the body is a problem (RFC 9457).
struct Answer {
    int status = 200;
    std::string body;
    bool replayed = false;
    std::string kept;  ///< kept for replays in place of `body`, when that holds what must not be stored
};

/// Does `act`, or gives the answer it gave before. Refusals of `act` are kept too, but for those that may pass with time; another request
/// with the same key is answered 422. Thread: worker, inside a transaction.
Result<Answer> once(store::Transaction& tx, const std::optional<Idempotency>& request, sio::FunctionRef<Result<Answer>()> act);

/// The keys of requests that are being served now.  Thread: any.
class RunningKeys {
public:
    /// Holds a key's place until destroyed.
    class Place {
    public:
        Place(RunningKeys& keys, std::string name) : keys_(keys), name_(std::move(name)) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place();

    private:
        RunningKeys& keys_;
        std::string name_;
    };

    /// nullptr: a request with this key is running.
    std::unique_ptr<Place> enter(std::string_view org, const Idempotency& request);

private:
    std::mutex mutex_;
    std::unordered_set<std::string> running_;
};

}  // namespace desk::rest

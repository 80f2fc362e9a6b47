#include "desk/rest/idempotency.hpp"

#include <algorithm>

#include "desk/rest/problem.hpp"
#include "desk/store/doors.hpp"
#include "sio/base/bytes.hpp"
#include "sio/runtime/digest.hpp"

namespace desk::rest {

namespace {

constexpr int kUnprocessable = 422;
constexpr std::int64_t kKeptUs = 24LL * 3600 * 1'000'000;

bool is_key(std::string_view text) {
    return !text.empty() && text.size() <= kMaxIdempotencyKey && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

Answer problem_answer(const sio::http::Response& problem) { return {problem.status, problem.body, false, {}}; }

}  // namespace

Result<std::optional<Idempotency>> read_idempotency(const sio::http::Request& request, std::string_view holder) {
    const auto key = request.header("idempotency-key");
    if (!key) return std::nullopt;
    if (!is_key(*key)) return invalid("Idempotency-Key", "MALFORMED");
    // No path or query holds a line feed, so no two requests make one text.
    std::string text;
    text.reserve(request.target.size() + 1 + request.body.size());
    text.append(request.target).append("\n").append(request.body);
    return Idempotency{std::string(holder), std::string(*key), sio::hex(sio::runtime::bytes_of(sio::runtime::sha256(text)))};
}

Result<Answer> once(store::Transaction& tx, const std::optional<Idempotency>& request, sio::FunctionRef<Result<Answer>()> act) {
    if (!request) return act();
    store::IdempotencyKeys keys(tx.session(), tx.org());
    if (auto stored = keys.find(request->holder, request->key, tx.now_us())) {
        if (stored->request_hash == request->hash) return Answer{static_cast<int>(stored->status), std::move(stored->body), true, {}};
        return problem_answer(problem_with(kUnprocessable, invalid("Idempotency-Key", "USED_FOR_ANOTHER_REQUEST").error()));
    }
    auto answer = tx.attempt(act);
    if (!answer) {
        if (info(answer.error().code).temporary || tx.session().failed()) return answer;
        answer = problem_answer(problem(answer.error()));
    }
    keys.insert(request->holder, request->key, {request->hash, answer->status, answer->kept.empty() ? answer->body : answer->kept},
                tx.now_us() + kKeptUs);
    return answer;
}

RunningKeys::Place::~Place() {
    const std::scoped_lock lock(keys_.mutex_);
    keys_.running_.erase(name_);
}

std::unique_ptr<RunningKeys::Place> RunningKeys::enter(std::string_view org, const Idempotency& request) {
    // Neither an org nor a key holds a blank.
    std::string name(org);
    name.append(" ").append(request.holder).append(" ").append(request.key);
    {
        const std::scoped_lock lock(mutex_);
        if (!running_.insert(name).second) return nullptr;
    }
    return std::make_unique<Place>(*this, std::move(name));
}

}  // namespace desk::rest

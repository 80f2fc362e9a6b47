#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "desk/rest/api.hpp"
#include "desk/store/store.hpp"

namespace desk::rest {

/// Adds routes whose handlers need nothing but the store: add(method, pattern, handler).
inline auto store_routes(Api& api, store::Store& store) {
    return [&api, &store](sio::http::Method method, std::string_view pattern, void (*handler)(store::Store&, const Call&, Reply)) {
        api.add(method, pattern, [&store, handler](const Call& call, Reply reply) { handler(store, call, std::move(reply)); });
    };
}

inline Answer answer_of(int status, std::string json) { return {status, std::move(json), false, {}}; }
inline Answer answer_of(int, Answer answer) { return answer; }

/// Runs a writing command for a request, once for each Idempotency-Key. `run`: Result<T>(Transaction&); `show`: what to answer with, a
/// std::string(T&&) or Answer(T&&); both inside the transaction. `after`: void(), when that is committed, before the answer.
template <class Run, class Show, class After = decltype([] {})>
void write(store::Store& store, const Call& call, Reply reply, int status, Run run, Show show, After after = {}) {
    store.write(
        call.actor().org,
        [idempotency = call.idempotency, status, run = std::move(run), show = std::move(show)](store::Transaction& tx) mutable {
            return once(tx, idempotency, [&]() -> Result<Answer> {
                auto outcome = run(tx);
                if (!outcome) return std::unexpected(std::move(outcome.error()));
                return answer_of(status, show(std::move(*outcome)));
            });
        },
        [reply = std::move(reply), after = std::move(after)](Result<Answer> outcome) mutable {
            if (outcome) after();
            reply.finish(std::move(outcome));
        });
}

/// Runs a reading command for a request. `run`: Result<std::string>(const Snapshot&), the JSON to answer with.
template <class Run>
void read(store::Store& store, const Call& call, Reply reply, Run run) {
    store.read(call.actor().org, std::move(run),
               [reply = std::move(reply)](Result<std::string> outcome) mutable { reply.finish(200, std::move(outcome)); });
}

}  // namespace desk::rest

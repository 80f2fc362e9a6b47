#pragma once

#include <string>
#include <utility>

#include "desk/rest/api.hpp"
#include "desk/store/store.hpp"

namespace desk::rest {

/// Runs a writing command for a request. `run`: Result<T>(Transaction&); `show`: std::string(T&&) on the store's thread.
template <class Run, class Show>
void write(store::Store& store, const Call& call, Reply reply, int status, Run run, Show show) {
    store.write(call.actor().org, std::move(run), [reply = std::move(reply), status, show = std::move(show)](auto outcome) mutable {
        if (outcome)
            reply.send(status, show(std::move(*outcome)));
        else
            reply.refuse(outcome.error());
    });
}

/// Runs a reading command for a request. `run`: Result<std::string>(const Snapshot&), the JSON to answer with.
template <class Run>
void read(store::Store& store, const Call& call, Reply reply, Run run) {
    store.read(call.actor().org, std::move(run),
               [reply = std::move(reply)](Result<std::string> outcome) mutable { reply.finish(200, std::move(outcome)); });
}

}  // namespace desk::rest

#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "desk/rest/api.hpp"
#include "desk/rest/publish_items.hpp"
#include "desk/store/store.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::rest {

/// One request to publish on its way through the store: the items of each org are one command, in their order; a bad one is refused alone.
/// Ends itself with the answer, 202 and a result for each item.
/// Thread: made on a loop; `finish_org` on the store's threads.
class PublishBatch : public std::enable_shared_from_this<PublishBatch> {
public:
    PublishBatch(sio::Server& io, std::vector<PublishItem> items, std::optional<Idempotency> idempotency, Reply reply);

    void begin(store::Store& store);

private:
    using Indices = std::vector<std::size_t>;

    void submit(store::Store& store, const std::string& org, Indices indices);
    Result<Answer> run(store::Transaction& tx, const Indices& indices);
    std::string run_item(store::Transaction& tx, std::size_t index);
    void finish_org(const Indices& indices, Result<Answer> outcome);
    void emit(const RawEvent& raw) const;
    void answer();

    sio::Server& io_;
    const std::vector<PublishItem> items_;
    const std::optional<Idempotency> idempotency_;
    Reply reply_;

    std::vector<std::string> results_;  // JSON, one an item; the store's commands write to their own
    std::vector<char> emits_;           // raw items that are to be sent now
    std::mutex mutex_;                  // of what follows
    std::size_t left_ = 0;
    std::size_t failed_ = 0;
    std::size_t orgs_ = 0;
    bool replayed_ = true;
    std::optional<Error> failure_;
    std::optional<Answer> problem_;
};

}  // namespace desk::rest

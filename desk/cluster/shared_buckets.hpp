#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "desk/cluster/resident.hpp"
#include "desk/model/limits.hpp"
#include "sio/cluster/valkey/valkey.hpp"
#include "sio/runtime/timer.hpp"

namespace desk::cluster {

/// Token buckets that all servers share, one for each user, in Valkey and by its clock. Who asks is answered in time, in the order they
/// asked, whatever Valkey does.
/// Thread: any, unless said otherwise; it lives on the loop of the client of Valkey.
class SharedBuckets {
public:
    /// `name` is one word, of the kind of bucket. No answer takes longer than `patience`.
    SharedBuckets(sio::cluster::Valkey& valkey, std::string name, std::chrono::milliseconds patience = std::chrono::milliseconds(50));
    SharedBuckets(const SharedBuckets&) = delete;
    SharedBuckets& operator=(const SharedBuckets&) = delete;

    /// 0: a token was taken; else milliseconds until there will be one; nullopt: Valkey is away or too slow, nobody knows. On the client's
    /// loop.
    using Answer = std::move_only_function<void(std::optional<std::int64_t> wait_ms)>;
    void take(std::string_view org, std::string_view user, const RateLimit& limit, Answer answer);

private:
    struct Asked {
        sio::runtime::TimePoint until;
        Answer answer;  // empty: given
    };
    void ask(std::string key, const RateLimit& limit, Answer answer);
    void late();

    sio::cluster::Valkey& valkey_;
    const std::string name_;
    const std::chrono::milliseconds patience_;
    sio::runtime::Loop& loop_;
    std::deque<std::shared_ptr<Asked>> waiting_;
    sio::runtime::Timer timer_;
    Resident<SharedBuckets> resident_;
};

}  // namespace desk::cluster

#pragma once

#include <functional>

namespace desk::auth {

/// Where a verifier's keys come from when they may change while the server runs.
class KeySource {
public:
    using Done = std::move_only_function<void()>;

    virtual ~KeySource() = default;
    /// To be called for a token whose key is `lacking`; that is asked once more when no fetch can end meanwhile. True: keys are being
    /// fetched, and `done` is called once on another thread when that has ended, well or not, or is destroyed at shutdown. False: the key
    /// has come, or it is too soon to ask again; `done` was dropped.  Thread: any; does not block.
    virtual bool fetch(const std::function<bool()>& lacking, Done done) = 0;
};

}  // namespace desk::auth

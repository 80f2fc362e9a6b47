#pragma once

#include <functional>

namespace desk::auth {

/// Where a verifier's keys come from when they may change while the server runs.
class KeySource {
public:
    using Done = std::move_only_function<void()>;

    virtual ~KeySource() = default;
    /// To be called for a token whose key is not there. True: keys are being fetched, and `done` is called once on another thread when that
    /// has ended, well or not, or is destroyed at shutdown. False: too soon to ask again; `done` was dropped.  Thread: any; does not block.
    virtual bool fetch(Done done) = 0;
};

}  // namespace desk::auth

#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>

namespace desk::auth {

/// Gets one small document, again and again.
class Download {
public:
    struct Document {
        std::string text;
        std::optional<std::chrono::seconds> max_age;  ///< how long it is said to be good
    };

    virtual ~Download() = default;
    /// Blocks for a bounded time. Errors: a phrase for the log, without secrets.  Thread: one at a time.
    virtual std::expected<Document, std::string> get() = 0;
    /// Ends a get() that is under way, and every later one, at once.  Thread: any.
    virtual void cancel() = 0;
};

}  // namespace desk::auth

#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "desk/model/error.hpp"

namespace desk::store {

/// A unit of work on a Scope (Transaction or Snapshot) and what is done with its result, in one allocation.
template <class Scope>
class Job {
public:
    virtual ~Job() = default;
    /// Does the work; false: it refused, so what it wrote is to be undone.
    virtual bool run(Scope& scope) = 0;
    /// Hands over the result, or `failure` in its place. Once.
    virtual void finish(std::optional<Error> failure) = 0;
};

template <class Scope, class Run, class Done>
class JobOf final : public Job<Scope> {
public:
    JobOf(Run action, Done done) : run_(std::move(action)), done_(std::move(done)) {}

    bool run(Scope& scope) override {
        result_.emplace(run_(scope));
        return result_->has_value();
    }

    void finish(std::optional<Error> failure) override {
        if (failure) {
            done_(Outcome(std::unexpected(std::move(*failure))));
        } else {
            done_(std::move(*result_));
        }
    }

private:
    using Outcome = std::invoke_result_t<Run&, Scope&>;  // a Result<T>
    Run run_;
    Done done_;
    std::optional<Outcome> result_;
};

/// `run` is `Result<T>(Scope&)`, `done` is `void(Result<T>)`.
template <class Scope, class Run, class Done>
std::unique_ptr<Job<Scope>> make_job(Run run, Done done) {
    return std::make_unique<JobOf<Scope, Run, Done>>(std::move(run), std::move(done));
}

}  // namespace desk::store

#pragma once

#include <gtest/gtest.h>

#include <string>

#include "desk/store/testing/temp_store.hpp"

namespace desk::store::testing {

/// The people of org `acme` whom CommandTest's store knows.
inline const Actor kCustomer = person("carla", Role::Customer);
inline const Actor kAgent = person("alex", Role::Agent, {"t1"});
inline const Actor kOther = person("bo", Role::Agent, {"t2"});
inline const Actor kAdmin = person("dora", Role::Admin);

/// A command's `run`, found in its own folder, in a transaction of the actor's org.
template <class Command>
auto perform(TempStore& store, const Actor& actor, const Command& command) {
    return store->write_and_wait(actor.org, [&](Transaction& tx) { return run(tx, actor, command); });
}

/// Commands on a store of their own that knows a few people. What they wrote is in `store_`.
class CommandTest : public ::testing::Test {
protected:
    explicit CommandTest(StoreOptions options = {}) : store_(std::move(options)) {}

    void SetUp() override {
        write([](Transaction& tx) {
            for (const Actor& actor : {kCustomer, kAgent, kOther, kAdmin}) tx.ensure(actor);
        });
    }

    template <class Command>
    auto run(const Actor& actor, const Command& command) {
        return perform(store_, actor, command);
    }

    /// `work`: void(Transaction&), in acme.
    template <class Work>
    void write(Work work) {
        const auto done = store_->write_and_wait("acme", [&work](Transaction& tx) -> Result<int> {
            work(tx);
            return 0;
        });
        ASSERT_TRUE(done.has_value());
    }
    /// `ask`: T(const Snapshot&), in acme.
    template <class Ask>
    auto read(Ask ask) {
        using T = std::invoke_result_t<Ask&, const Snapshot&>;
        return store_->read_and_wait("acme", [&ask](const Snapshot& snapshot) -> Result<T> { return ask(snapshot); }).value();
    }

    void set_visibility(AgentScope scope) {
        write([scope](Transaction& tx) {
            Org org = *tx.orgs().find();
            org.visibility = scope;
            tx.orgs().save(org);
        });
    }

    TempStore store_;
};

}  // namespace desk::store::testing

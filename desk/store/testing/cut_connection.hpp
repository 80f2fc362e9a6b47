#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "desk/store/sql.hpp"

namespace desk::store::testing {

/// Counts the calls of a connection that reach the database, and cuts it off at one of them.
struct Cutter {
    enum class When : std::uint8_t { Before, After };

    std::function<void()> cut;  ///< ends the connection at the database's end
    When when = When::Before;
    int left = -1;  ///< calls until then; negative: never

    template <class Call>
    auto around(Call call) -> decltype(call()) {
        const bool now = left == 0;
        if (left >= 0) --left;
        if (now && when == When::Before) cut();
        auto result = call();
        if (now && when == When::After) cut();
        return result;
    }
};

class CutStatement final : public sql::Statement {
public:
    CutStatement(std::unique_ptr<sql::Statement> inner, Cutter& cutter) : inner_(std::move(inner)), cutter_(cutter) {}
    void bind(int index, std::int64_t number) override { inner_->bind(index, number); }
    void bind(int index, std::string_view text) override { inner_->bind(index, text); }
    void bind_null(int index) override { inner_->bind_null(index); }
    std::expected<bool, sql::Failure> step() override {
        // Rows after the first come from memory.
        if (std::exchange(running_, true)) return inner_->step();
        return cutter_.around([this] { return inner_->step(); });
    }
    std::int64_t integer(int column) const override { return inner_->integer(column); }
    std::string_view text(int column) const override { return inner_->text(column); }
    bool is_null(int column) const override { return inner_->is_null(column); }
    void reset() noexcept override {
        running_ = false;
        inner_->reset();
    }

private:
    std::unique_ptr<sql::Statement> inner_;
    Cutter& cutter_;
    bool running_ = false;
};

class CutConnection final : public sql::Connection {
public:
    CutConnection(std::unique_ptr<sql::Connection> inner, Cutter& cutter) : inner_(std::move(inner)), cutter_(cutter) {}
    std::expected<std::unique_ptr<sql::Statement>, sql::Failure> prepare(std::string_view sql) override {
        auto made = inner_->prepare(sql);
        if (made) return std::make_unique<CutStatement>(std::move(*made), cutter_);
        return made;
    }
    std::expected<void, sql::Failure> execute(std::string_view script) override { return inner_->execute(script); }
    std::expected<void, sql::Failure> begin(Mode mode) override {
        return cutter_.around([&] { return inner_->begin(mode); });
    }
    std::expected<void, sql::Failure> commit() override {
        return cutter_.around([this] { return inner_->commit(); });
    }
    void rollback() noexcept override { inner_->rollback(); }
    std::expected<void, sql::Failure> savepoint() override {
        return cutter_.around([this] { return inner_->savepoint(); });
    }
    std::expected<void, sql::Failure> release() override {
        return cutter_.around([this] { return inner_->release(); });
    }
    std::expected<void, sql::Failure> rollback_to() override {
        return cutter_.around([this] { return inner_->rollback_to(); });
    }
    std::int64_t changes() const override { return inner_->changes(); }
    bool in_transaction() const override { return inner_->in_transaction(); }
    std::expected<void, sql::Failure> lock(std::string_view name) override {
        return cutter_.around([&] { return inner_->lock(name); });
    }
    bool connected() const override { return inner_->connected(); }
    std::expected<void, sql::Failure> revive() override { return inner_->revive(); }

private:
    std::unique_ptr<sql::Connection> inner_;
    Cutter& cutter_;
};

}  // namespace desk::store::testing

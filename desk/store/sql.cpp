#include "desk/store/sql.hpp"

#include <vector>

namespace desk::store::sql {

Error to_error(const Failure& failure) {
    const bool ours = failure.kind == FailureKind::Constraint || failure.kind == FailureKind::Other;
    return Error{ours ? ErrorCode::Internal : ErrorCode::Unavailable, failure.detail, {}};
}

bool concerns_statement_only(const Failure& failure, const Connection& connection) {
    const bool kind = failure.kind == FailureKind::Constraint || failure.kind == FailureKind::Other;
    return kind && connection.in_transaction();
}

bool Rows::next() {
    if (statement_ == nullptr || session_->failed()) return false;
    auto row = statement_->step();
    if (row) return *row;
    session_->fail(std::move(row.error()));
    return false;
}

Statement* Session::prepared(Sql sql) {
    if (failure_) return nullptr;
    auto& statement = statements_[sql.text.data()];
    if (!statement) {
        auto made = connection_->prepare(sql.text);
        if (!made) {
            fail(std::move(made.error()));
            return nullptr;
        }
        statement = std::move(*made);
    }
    return statement.get();
}

Rows Session::query_text(std::string_view sql, const std::vector<Arg>& args) {
    if (failure_) return {};
    auto made = connection_->prepare(sql);
    if (!made) {
        fail(std::move(made.error()));
        return {};
    }
    int index = 0;
    for (const Arg& arg : args) arg.bind(**made, ++index);
    return Rows(*this, std::move(*made));
}

}  // namespace desk::store::sql

#include "desk/people/revocation.hpp"

#include "desk/model/ids.hpp"
#include "desk/people/events.hpp"

namespace desk::people {

namespace {

constexpr std::int64_t kKeptUs = std::int64_t{10} * 366 * 86'400 * 1'000'000;
constexpr std::size_t kMaxTokenId = 256;

}  // namespace

Result<bool> run(store::Transaction& tx, const Actor& actor, const RevokeTokens& command) {
    if (auto may = must_administer(actor); !may) return fail(std::move(may.error()));
    if (!is_valid_id(command.user)) return invalid("id", "MALFORMED");
    if (command.jti.has_value() == command.issued_before_s.has_value()) return invalid("jti", "JTI_OR_ISSUED_BEFORE");
    store::Revocation revocation;
    if (command.jti) {
        if (command.jti->empty() || command.jti->size() > kMaxTokenId) return invalid("jti", "OUT_OF_RANGE");
        revocation.kind = store::Revocation::Kind::Token;
        revocation.subject = *command.jti;
    } else {
        revocation.kind = store::Revocation::Kind::User;
        revocation.subject = command.user;
        revocation.issued_before = *command.issued_before_s;
    }
    revocation.expires_at_us = command.expires_at_s ? *command.expires_at_s * 1'000'000 : tx.now_us() + kKeptUs;
    tx.orgs().insert_if_absent(tx.now_us());
    tx.revocations().save(revocation);
    tx.append(session_revoked(tx.org(), command.user, revocation));
    return true;
}

}  // namespace desk::people

#include "desk/app/api_key_command.hpp"

#include <unistd.h>

#include "desk/app/config_text.hpp"
#include "desk/model/time.hpp"
#include "desk/store/store.hpp"

namespace desk::app {
namespace {

using store::Transaction;
using Printed = std::expected<std::string, std::string>;

std::string line_of(const store::ApiKey& key) {
    return key.id + "  " + iso(key.created_at_us) + "  scopes " + config_text::show(key.scopes) + "  orgs " + config_text::show(key.orgs) +
           "  " + key.name + "\n";
}

std::string list(const Transaction& tx) {
    std::string out;
    for (const auto& key : store::ApiKeys(tx.session()).list()) out += line_of(key);
    return out.empty() ? "no API keys\n" : out;
}

Result<std::string> change(Transaction& tx, const ApiKeyCommand& command) {
    switch (command.what) {
        case ApiKeyCommand::What::List: break;
        case ApiKeyCommand::What::Create: {
            const auto made = rest::make_api_key(tx, command.wanted);
            if (!made) return std::unexpected(made.error());
            return line_of(made->key) + made->secret + "\n";
        }
        case ApiKeyCommand::What::Revoke: {
            const auto revoked = rest::revoke_api_key(tx, command.id, {});
            if (!revoked) return std::unexpected(revoked.error());
            return "revoked " + command.id + "\n";
        }
    }
    return list(tx);
}

std::string sentence(const ApiKeyCommand& command, const Error& error) {
    if (error.code == ErrorCode::RoomNotFound) return "there is no API key " + command.id;
    if (!error.details_json.empty()) return std::string(to_string(error.code)) + " {" + error.details_json + "}";
    return "the store: " + (error.detail.empty() ? std::string(to_string(error.code)) : error.detail);
}

}  // namespace

Printed run_api_key(const ApiKeyCommand& command) {
    const auto file = command.config.store_file();
    if (!file && !store::is_postgres_url(command.config.store)) return std::unexpected("a store in memory has no keys to keep");
    // A misspelt path would otherwise make a store that no server ever opens.
    if (file && command.what != ApiKeyCommand::What::Create && ::access(file->c_str(), F_OK) != 0)
        return std::unexpected("there is no store " + *file);
    sio::NullLog log;
    auto options = store::store_at(command.config.store);
    options.writers = options.readers = 1;
    auto store = store::Store::open(std::move(options), log);
    if (!store) return std::unexpected(std::move(store.error()));
    auto done = (*store)->write_and_wait("", [&](Transaction& tx) { return change(tx, command); });
    if (!done) return std::unexpected(sentence(command, done.error()));
    return std::move(*done);
}

}  // namespace desk::app

#include "desk/store/store.hpp"

#include <utility>

#include "desk/store/migrations.hpp"
#include "desk/store/scratch_folder.hpp"
#include "sio/base/clock.hpp"

namespace desk::store {
namespace {

std::expected<std::unique_ptr<sql::Session>, std::string> open_session(const SqliteOptions& options) {
    auto connection = open_sqlite(options);
    if (!connection) return std::unexpected("store " + options.path + ": " + connection.error().detail);
    return std::make_unique<sql::Session>(std::move(*connection));
}

// In a row of its own, which is no migration's. With the time in it, for an unchanged row would not be written.
constexpr sql::Sql kProbe{
    "INSERT INTO schema_version (version, name, applied_at) VALUES (0, 'probe', ?1) "
    "ON CONFLICT (version) DO UPDATE SET applied_at = excluded.applied_at"};

}  // namespace

std::expected<std::unique_ptr<Store>, std::string> Store::open(StoreOptions options, sio::Log& log) {
    if (!options.now_us) options.now_us = sio::unix_us;
    std::optional<ScratchFolder> scratch;
    if (options.sqlite.path == kInMemory) {
        auto made = ScratchFolder::make();
        if (!made) return std::unexpected("store in memory: " + made.error());
        scratch.emplace(std::move(*made));
        options.sqlite.path = scratch->file("store.db");
        options.sqlite.durable = false;
    }
    std::vector<std::unique_ptr<sql::Session>> writers;
    auto writer = open_session(options.sqlite);
    if (!writer) return std::unexpected(std::move(writer.error()));
    if (auto migrated = migrate(**writer); !migrated) return std::unexpected("store " + options.sqlite.path + ": " + migrated.error());
    writers.push_back(std::move(*writer));

    SqliteOptions reading = options.sqlite;
    reading.read_only = true;
    std::vector<std::unique_ptr<sql::Session>> readers;
    for (unsigned i = 0; i < options.readers; ++i) {
        auto reader = open_session(reading);
        if (!reader) return std::unexpected(std::move(reader.error()));
        // Its files are opened by reading, so while they have their names.
        if (auto known = check_schema(**reader); !known) return std::unexpected("store " + options.sqlite.path + ": " + known.error());
        readers.push_back(std::move(*reader));
    }

    std::unique_ptr<Store> store(new Store());
    store->real_us_ = options.executor.real_us;
    store->readers_ = std::make_unique<ReaderPool>(std::move(readers), options.executor, options.now_us, log);
    store->executor_ = std::make_unique<Executor>(std::move(writers), options.executor, std::move(options.now_us),
                                                  std::move(options.reactions), std::move(options.ticket_rules),
                                                  std::move(options.committed), log);
    return store;
}

void Store::probe(std::function<void(const std::optional<Error>&)> done) {
    write(
        std::string(), [](Transaction& tx) -> Result<std::int64_t> { return tx.session().run(kProbe, tx.now_us()); },
        [done = std::move(done)](Result<std::int64_t> outcome) {
            done(outcome ? std::nullopt : std::optional(std::move(outcome.error())));
        });
}

void Store::stop() {
    executor_->stop();
    readers_->stop();
}

}  // namespace desk::store

#include "desk/store/store.hpp"

#include <utility>

#include "desk/store/migrations.hpp"
#include "desk/store/scratch_folder.hpp"
#include "sio/base/clock.hpp"

namespace desk::store {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

using Opened = std::expected<std::unique_ptr<sql::Session>, std::string>;

/// Opens the connections of one store.
class Opener {
public:
    explicit Opener(const StoreOptions& options) : options_(options) {}

    std::string name() const {
        return "store " + (on_postgres() ? loggable_postgres_url(options_.postgres.url) : options_.sqlite.path) + ": ";
    }
    bool on_postgres() const { return !options_.postgres.url.empty(); }

    Opened writer() const { return on_postgres() ? open(open_postgres(options_.postgres)) : open(open_sqlite(options_.sqlite)); }

    Opened reader() const {
        if (on_postgres()) return writer();
        SqliteOptions reading = options_.sqlite;
        reading.read_only = true;
        return open(open_sqlite(reading));
    }

    /// What a migration does may take its time, and so may another server's that does it first.
    Opened migrator() const {
        if (!on_postgres()) return writer();
        PostgresOptions patient = options_.postgres;
        patient.statement_timeout = patient.lock_timeout = patient.idle_timeout = std::chrono::milliseconds(0);
        patient.answer_timeout = std::chrono::hours(24);
        return open(open_postgres(patient));
    }

private:
    Opened open(std::expected<std::unique_ptr<sql::Connection>, sql::Failure> connection) const {
        if (!connection) return std::unexpected(name() + connection.error().detail);
        return std::make_unique<sql::Session>(options_.wrap ? options_.wrap(std::move(*connection)) : std::move(*connection));
    }

    const StoreOptions& options_;
};

// In a row of its own, which is no migration's. With the time in it, for an unchanged row would not be written.
constexpr sql::Sql kProbe{
    "INSERT INTO schema_version (version, name, applied_at) VALUES (0, 'probe', ?1) "
    "ON CONFLICT (version) DO UPDATE SET applied_at = excluded.applied_at"};

}  // namespace

StoreOptions store_at(const std::string& url) {
    StoreOptions options;
    if (is_postgres_url(url)) {
        options.postgres.url = url;
    } else {
        options.sqlite.path = url.substr(url.starts_with(kSqlite) ? kSqlite.size() : 0);
    }
    return options;
}

std::expected<std::unique_ptr<Store>, std::string> Store::open(StoreOptions options, sio::Log& log) {
    if (!options.now_us) options.now_us = sio::unix_us;
    std::optional<ScratchFolder> scratch;
    if (options.postgres.url.empty() && options.sqlite.path == kInMemory) {
        auto made = ScratchFolder::make();
        if (!made) return std::unexpected("store in memory: " + made.error());
        scratch.emplace(std::move(*made));
        options.sqlite.path = scratch->file("store.db");
        options.sqlite.durable = false;
    }
    const Opener opener(options);
    auto migrator = opener.migrator();
    if (!migrator) return std::unexpected(std::move(migrator.error()));
    if (auto migrated = migrate(**migrator); !migrated) return std::unexpected(opener.name() + migrated.error());

    std::vector<std::unique_ptr<sql::Session>> writers;
    if (!opener.on_postgres()) writers.push_back(std::move(*migrator));
    while (writers.size() < (opener.on_postgres() ? options.writers : 1)) {
        auto writer = opener.writer();
        if (!writer) return std::unexpected(std::move(writer.error()));
        writers.push_back(std::move(*writer));
    }
    std::vector<std::unique_ptr<sql::Session>> readers;
    while (readers.size() < options.readers) {
        auto reader = opener.reader();
        if (!reader) return std::unexpected(std::move(reader.error()));
        // Its files are opened by reading, so while they have their names.
        if (auto known = check_schema(**reader); !known) return std::unexpected(opener.name() + known.error());
        readers.push_back(std::move(*reader));
    }
    // Of several orgs in one transaction each would wait for the locks of all.
    if (opener.on_postgres()) options.executor.batch_across_orgs = false;

    std::unique_ptr<Store> store(new Store());
    store->real_us_ = options.executor.real_us;
    store->shared_ = opener.on_postgres();
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

#include "desk/store/store.hpp"

#include <utility>

#include "desk/store/migrations.hpp"
#include "sio/base/clock.hpp"

namespace desk::store {
namespace {

std::expected<std::unique_ptr<sql::Session>, std::string> open_session(const SqliteOptions& options) {
    auto connection = open_sqlite(options);
    if (!connection) return std::unexpected("store " + options.path + ": " + connection.error().detail);
    return std::make_unique<sql::Session>(std::move(*connection));
}

}  // namespace

std::expected<std::unique_ptr<Store>, std::string> Store::open(StoreOptions options, sio::Log& log) {
    if (!options.now_us) options.now_us = sio::unix_us;
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
        readers.push_back(std::move(*reader));
    }

    std::unique_ptr<Store> store(new Store());
    store->readers_ = std::make_unique<ReaderPool>(std::move(readers), options.executor, options.now_us, log);
    store->executor_ = std::make_unique<Executor>(std::move(writers), options.executor, std::move(options.now_us),
                                                  std::move(options.reactions), std::move(options.committed), log);
    return store;
}

void Store::stop() {
    executor_->stop();
    readers_->stop();
}

}  // namespace desk::store

#include "desk/app/store_tools.hpp"

#include <filesystem>
#include <memory>
#include <utility>

#include "desk/store/housekeeper.hpp"
#include "desk/store/janitor.hpp"
#include "desk/store/migrations.hpp"
#include "desk/store/store.hpp"
#include "desk/store/store_lock.hpp"

namespace desk::app {
namespace {

struct Opened {
    std::optional<store::StoreLock> lock;
    std::unique_ptr<store::Store> store;
};

std::expected<Opened, std::string> open(const Config& config, sio::Log& log) {
    Opened opened;
    if (const auto file = config.store_file()) {
        auto lock = store::StoreLock::take(*file);
        if (!lock) return std::unexpected(std::move(lock.error()));
        opened.lock.emplace(std::move(*lock));
    } else if (!store::is_postgres_url(config.store)) {
        return std::unexpected("a store in memory is nobody's but its server's");
    }
    auto options = store::store_at(config.store);
    options.writers = options.readers = 1;
    auto store = store::Store::open(std::move(options), log);
    if (!store) return std::unexpected(std::move(store.error()));
    opened.store = std::move(*store);
    return opened;
}

}  // namespace

std::expected<int, std::string> migrate_store(const Config& config) {
    sio::NullLog log;
    const auto opened = open(config, log);
    if (!opened) return std::unexpected(opened.error());
    return store::schema_version();
}

std::expected<std::size_t, std::string> begin_new_epoch(const Config& config) {
    if (const auto file = config.store_file(); file && !std::filesystem::exists(*file))
        return std::unexpected("there is no store " + *file);
    if (store::is_postgres_url(config.store)) {
        const auto others = store::count_others(config.store);
        if (!others) return std::unexpected(others.error());
        if (*others > 0) return std::unexpected("the store is in use by another insightdesk");
    }
    sio::NullLog log;
    const auto opened = open(config, log);
    if (!opened) return std::unexpected(opened.error());
    const auto orgs = store::orgs_with_log(*opened->store);
    if (!orgs) return std::unexpected(orgs.error().detail);
    for (const std::string& org : *orgs) {
        const auto done = opened->store->write_and_wait(org, [](store::Transaction& tx) -> Result<bool> {
            store::new_epoch(tx);
            return true;
        });
        if (!done) return std::unexpected("org " + org + ": " + done.error().detail);
    }
    return orgs->size();
}

}  // namespace desk::app

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
    store::StoreLock lock;
    std::unique_ptr<store::Store> store;
};

std::expected<Opened, std::string> open(const Config& config, sio::Log& log) {
    const auto file = config.store_file();
    if (!file) return std::unexpected("a store in memory is nobody's but its server's");
    auto lock = store::StoreLock::take(*file);
    if (!lock) return std::unexpected(std::move(lock.error()));
    store::StoreOptions options;
    options.sqlite.path = *file;
    auto store = store::Store::open(std::move(options), log);
    if (!store) return std::unexpected(std::move(store.error()));
    return Opened{std::move(*lock), std::move(*store)};
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

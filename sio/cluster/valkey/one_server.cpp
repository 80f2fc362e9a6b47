#include <utility>

#include "sio/cluster/valkey/sentinels.hpp"
#include "sio/cluster/valkey/topology.hpp"

namespace sio::cluster {

namespace {

/// A directory that others hold a view of.
class Borrowed final : public Directory {
public:
    explicit Borrowed(Directory& lender) : lender_(lender) {}
    void find(std::size_t failures, Found found) override { lender_.find(failures, std::move(found)); }

private:
    Directory& lender_;
};

/// Commands and subscriptions all go to where one directory says.
class OneServer : public Topology {
public:
    OneServer(ValkeyContext& context, Directory& directory, Changed changed)
        : directory_(directory), pipeline_(context, directory, scripts_, std::move(changed)), subscriber_(context, directory) {}

    void start() override { pipeline_.start(); }
    void stop() override {
        subscriber_.stop();
        pipeline_.stop();
    }
    void add(Command command) override { pipeline_.add(std::move(command)); }
    void subscribe(Kind kind, std::string name, Valkey::Listener& listener) override { subscriber_.add(kind, std::move(name), listener); }
    void unsubscribe(Kind kind, const std::string& name, Valkey::Listener& listener) override { subscriber_.remove(kind, name, listener); }
    std::unique_ptr<Directory> directory_of(std::string_view) override { return std::make_unique<Borrowed>(directory_); }

protected:
    void renew(const Error& error) {
        pipeline_.renew(error);
        subscriber_.renew(error);
    }

private:
    Directory& directory_;
    ScriptBook scripts_;
    Pipeline pipeline_;
    Subscriber subscriber_;
};

struct FixedPart {
    explicit FixedPart(ValkeyContext& context) : fixed(context) {}
    FixedDirectory fixed;
};

class Single final : FixedPart, public OneServer {
public:
    Single(ValkeyContext& context, Changed changed) : FixedPart(context), OneServer(context, fixed, std::move(changed)) {}
};

struct SentinelPart {
    SentinelPart(ValkeyContext& context, std::function<void(const Error&)> moved) : sentinels(context, std::move(moved)) {}
    Sentinels sentinels;
};

class BehindSentinels final : SentinelPart, public OneServer {
public:
    BehindSentinels(ValkeyContext& context, Changed changed, std::function<void(const Error&)> moved)
        : SentinelPart(context,
                       [this, moved = std::move(moved)](const Error& error) {
                           renew(error);
                           moved(error);
                       }),
          OneServer(context, sentinels, std::move(changed)) {}

    void start() override {
        sentinels.start();
        OneServer::start();
    }
    void stop() override {
        sentinels.stop();
        OneServer::stop();
    }
};

}  // namespace

std::unique_ptr<Topology> make_single(ValkeyContext& context, Changed changed) {
    return std::make_unique<Single>(context, std::move(changed));
}

std::unique_ptr<Topology> make_sentinel(ValkeyContext& context, Changed changed, std::function<void(const Error&)> moved) {
    return std::make_unique<BehindSentinels>(context, std::move(changed), std::move(moved));
}

}  // namespace sio::cluster

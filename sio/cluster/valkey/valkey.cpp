#include "sio/cluster/valkey/valkey.hpp"

#include <algorithm>
#include <utility>

#include "sio/cluster/valkey/stream_reader.hpp"
#include "sio/cluster/valkey/topology.hpp"

namespace sio::cluster {

// Calls from other threads become tasks that hold the parts, which outlive the client that way, closed. On the loop they go straight in.
struct Valkey::Parts : std::enable_shared_from_this<Valkey::Parts> {
    Parts(runtime::Loop& loop, ValkeyOptions options, Log& log) : context{loop, std::move(options), log}, topology(make_topology()) {
        if (!context.options.tls) return;
        auto trust = runtime::TlsTrust::load(context.options.tls_ca_file);
        if (trust) {
            context.trust = std::move(*trust);
        } else {
            context.trust_error = std::move(trust.error().detail);
        }
    }

    std::unique_ptr<Topology> make_topology() {
        const auto changed = [this](bool up) { change(up); };
        switch (context.options.topology) {
            case ValkeyOptions::Topology::Sentinel:
                return make_sentinel(context, changed, [this](const Error& error) {
                    for (const auto& reader : readers) reader->renew(error);
                });
            case ValkeyOptions::Topology::Cluster: return make_cluster(context, changed);
            case ValkeyOptions::Topology::Single: break;
        }
        return make_single(context, changed);
    }

    template <class Call>
    void on_loop(Call call) {
        if (context.loop.in_loop_thread()) return call();
        context.loop.post([self = shared_from_this(), call = std::move(call)]() mutable { call(); });
    }

    void add(Command command) {
        command.size = encoded_size(command.words);
        const std::size_t waiting = context.waiting_bytes.fetch_add(command.size, std::memory_order_relaxed);
        if (waiting + command.size > context.options.max_waiting_bytes) return refuse(std::move(command));
        on_loop([this, command = std::move(command)]() mutable { topology->add(std::move(command)); });
    }

    // Never from inside the call that it answers.
    void refuse(Command command) {
        context.waiting_bytes.fetch_sub(command.size, std::memory_order_relaxed);
        context.failures.fetch_add(1, std::memory_order_relaxed);
        if (!command.answer) return;
        context.loop.post(
            [answer = std::move(command.answer)]() mutable { answer(fail(ErrorCode::TooLarge, "too much waits for Valkey")); });
    }

    void change(bool up) {
        connected.store(up, std::memory_order_relaxed);
        for (const auto& told : watchers) told(up);
    }

    void read(const std::string& name, StreamListener& listener) {
        if (closed) return;
        readers.push_back(std::make_unique<StreamReader>(context, topology->directory_of(name), name, listener));
        readers.back()->start();
    }

    void stop_reading(std::string_view name, const StreamListener& listener) {
        const auto found = std::find_if(readers.begin(), readers.end(),
                                        [&](const auto& reader) { return reader->name() == name && reader->listens(listener); });
        if (found == readers.end()) return;
        (*found)->stop();
        // It may be what is calling.
        retired.push_back(std::move(*found));
        readers.erase(found);
        context.loop.defer([self = shared_from_this()] { self->retired.clear(); });
    }

    void close() {
        closed = true;
        watchers.clear();
        for (const auto& reader : readers) reader->stop();
        connected.store(false, std::memory_order_relaxed);
        topology->stop();
    }

    ValkeyContext context;
    std::atomic<bool> connected{false};
    bool closed = false;
    std::vector<std::function<void(bool)>> watchers;
    std::unique_ptr<Topology> topology;
    std::vector<std::unique_ptr<StreamReader>> readers;
    std::vector<std::unique_ptr<StreamReader>> retired;
};

Valkey::Valkey(runtime::Loop& loop, ValkeyOptions options, Log& log) : parts_(std::make_shared<Parts>(loop, std::move(options), log)) {
    loop.post([parts = parts_] {
        if (!parts->closed) parts->topology->start();
    });
}

Valkey::~Valkey() {
    parts_->close();
    // This may be called from under any of the parts.
    runtime::Loop& loop = parts_->context.loop;
    if (loop.in_loop_thread()) loop.defer([parts = std::move(parts_)] {});
}

void Valkey::command(std::vector<std::string> words, Answer answer) {
    Command command;
    command.words = std::move(words);
    command.answer = std::move(answer);
    parts_->add(std::move(command));
}

void Valkey::command_later(std::vector<std::string> words, Answer answer) {
    Command command;
    command.words = std::move(words);
    command.answer = std::move(answer);
    command.patient = true;
    parts_->add(std::move(command));
}

void Valkey::run(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments, Answer answer) {
    Command command;
    command.script = script.text;
    command.answer = std::move(answer);
    command.words.reserve(3 + keys.size() + arguments.size());
    command.words.resize(2);  // EVAL or EVALSHA and what it names, when it is sent
    command.words.push_back(std::to_string(keys.size()));
    std::move(keys.begin(), keys.end(), std::back_inserter(command.words));
    std::move(arguments.begin(), arguments.end(), std::back_inserter(command.words));
    parts_->add(std::move(command));
}

void Valkey::subscribe(Subscription kind, std::string name, Listener& listener) {
    parts_->on_loop([parts = parts_.get(), kind, name = std::move(name), &listener]() mutable {
        if (!parts->closed) parts->topology->subscribe(kind, std::move(name), listener);
    });
}

void Valkey::unsubscribe(Subscription kind, std::string name, Listener& listener) {
    parts_->on_loop(
        [parts = parts_.get(), kind, name = std::move(name), &listener] { parts->topology->unsubscribe(kind, name, listener); });
}

void Valkey::read_stream(std::string name, StreamListener& listener) {
    parts_->on_loop([parts = parts_.get(), name = std::move(name), &listener]() mutable { parts->read(name, listener); });
}

void Valkey::stop_reading(std::string_view name, StreamListener& listener) {
    parts_->on_loop([parts = parts_.get(), name = std::string(name), &listener] { parts->stop_reading(name, listener); });
}

bool Valkey::connected() const { return parts_->connected.load(std::memory_order_relaxed); }

void Valkey::on_change(std::function<void(bool connected)> told) { parts_->watchers.push_back(std::move(told)); }

Valkey::Stats Valkey::stats() const {
    const ValkeyContext& context = parts_->context;
    Stats stats;
    stats.commands = context.commands.load(std::memory_order_relaxed);
    stats.failures = context.failures.load(std::memory_order_relaxed);
    stats.reconnects = context.reconnects.load(std::memory_order_relaxed);
    stats.messages = context.messages.load(std::memory_order_relaxed);
    stats.waiting_bytes = context.waiting_bytes.load(std::memory_order_relaxed);
    return stats;
}

runtime::Loop& Valkey::loop() const { return parts_->context.loop; }

}  // namespace sio::cluster

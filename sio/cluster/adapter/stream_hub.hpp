#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sio/cluster/adapters.hpp"
#include "sio/cluster/valkey/valkey.hpp"
#include "sio/cluster/wire/modern.hpp"

namespace sio::cluster {

/// An entry of a stream, and the number under which this server remembers one of its own. Borrows.
struct StreamEntry {
    std::string_view id;
    modern::Entry message;
    std::string_view number;
};
/// Empty values where fields are missing.
StreamEntry read_entry(std::string_view id, const std::vector<Value>& fields);

/// Whoever gets one namespace's entries.
class EntryListener {
public:
    virtual void on_entry(const StreamEntry& entry) = 0;
    /// The stream is read, for the first time or again. `trimmed`: entries are lost.
    virtual void on_reading(bool trimmed) = 0;

protected:
    ~EntryListener() = default;
};

/// Reads the streams for all namespaces of a server, each stream once.  Thread: Valkey's loop, but for its making.
class StreamHub {
public:
    StreamHub(Valkey& valkey, std::string name, unsigned count) : valkey_(valkey), name_(std::move(name)), count_(count) {}

    /// The stream that carries a namespace.  Thread: any.
    std::string stream_of(std::string_view nsp) const;
    void add(const std::string& nsp, EntryListener& listener);
    void remove(const std::string& nsp, const EntryListener& listener);
    /// The last entry of a stream that its listeners got, or may have got: later ones are still to come. Empty before it is read.
    std::string_view position(const std::string& stream) const;

private:
    struct Stream final : Valkey::StreamListener {
        void on_entry(std::string_view id, const std::vector<Value>& fields) override;
        void on_reading(std::string_view id, bool trimmed) override;

        std::map<std::string, EntryListener*, std::less<>> listeners;
        std::string position;
    };

    Valkey& valkey_;
    std::string name_;
    unsigned count_;
    std::map<std::string, std::unique_ptr<Stream>, std::less<>> streams_;
};

}  // namespace sio::cluster

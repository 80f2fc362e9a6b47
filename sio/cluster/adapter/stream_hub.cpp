#include "sio/cluster/adapter/stream_hub.hpp"

#include <cstdint>
#include <utility>

namespace sio::cluster {
namespace {

/// Node's hashCode over UTF-16 units, which are the bytes of an ASCII name; its remainder is signed too.
std::int32_t hash_code(std::string_view name) {
    std::uint32_t hash = 0;
    for (std::size_t i = 0; i < name.size();) {
        const auto lead = static_cast<unsigned char>(name[i]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        std::uint32_t point = size == 1 ? lead : lead & (0x7FU >> size);
        for (std::size_t k = 1; k < size && i + k < name.size(); ++k) {
            point = (point << 6U) | (static_cast<unsigned char>(name[i + k]) & 0x3FU);
        }
        i += size;
        if (point > 0xFFFF) {
            hash = hash * 31 + (0xD800U + ((point - 0x10000U) >> 10U));
            point = 0xDC00U + ((point - 0x10000U) & 0x3FFU);
        }
        hash = hash * 31 + point;
    }
    return static_cast<std::int32_t>(hash);
}

}  // namespace

StreamEntry read_entry(std::string_view id, const std::vector<Value>& fields) {
    StreamEntry entry;
    entry.id = id;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        const std::string_view name = fields[i].text;
        const std::string_view value = fields[i + 1].text;
        if (name == "uid") entry.message.uid = value;
        if (name == "nsp") entry.message.nsp = value;
        if (name == "type") entry.message.type = value;
        if (name == "data") entry.message.data = value;
        if (name == "n") entry.number = value;
    }
    return entry;
}

std::string StreamHub::stream_of(std::string_view nsp) const {
    if (count_ <= 1) return name_;
    return name_ + '-' + std::to_string(hash_code(nsp) % static_cast<std::int32_t>(count_));
}

void StreamHub::add(const std::string& nsp, EntryListener& listener) {
    const auto name = stream_of(nsp);
    auto& stream = streams_[name];
    const bool fresh = !stream;
    if (fresh) stream = std::make_unique<Stream>();
    stream->listeners.insert_or_assign(nsp, &listener);
    if (fresh) {
        valkey_.read_stream(name, *stream);
    } else if (!stream->position.empty()) {
        listener.on_reading(false);
    }
}

// A namespace of that name may have been made anew meanwhile. The stream is read on: the next one may come any time.
void StreamHub::remove(const std::string& nsp, const EntryListener& listener) {
    const auto stream = streams_.find(stream_of(nsp));
    if (stream == streams_.end()) return;
    const auto found = stream->second->listeners.find(nsp);
    if (found == stream->second->listeners.end() || found->second != &listener) return;
    stream->second->listeners.erase(found);
}

std::string_view StreamHub::position(const std::string& stream) const {
    const auto found = streams_.find(stream);
    return found == streams_.end() ? std::string_view() : std::string_view(found->second->position);
}

void StreamHub::Stream::on_entry(std::string_view id, const std::vector<Value>& fields) {
    position = id;
    const auto entry = read_entry(id, fields);
    const auto found = listeners.find(entry.message.nsp);
    if (found != listeners.end()) found->second->on_entry(entry);
}

void StreamHub::Stream::on_reading(std::string_view id, bool trimmed) {
    position = id;
    const auto all = listeners;
    for (const auto& [nsp, listener] : all) listener->on_reading(trimmed);
}

}  // namespace sio::cluster

#include "sio/socketio/target.hpp"

#include <cstdint>
#include <cstring>

namespace sio {
namespace {

constexpr std::size_t kRecordHeader = 1 + sizeof(std::uint32_t);
/// Enough for a socket's id and a room, so that `socket.to(room)` allocates once.
constexpr std::size_t kFirstReserve = 95;

}  // namespace

StoredTarget::StoredTarget(const Target& target) {
    std::size_t bytes = 0;
    for (const auto name : target.rooms) bytes += kRecordHeader + name.size();
    for (const auto name : target.except) bytes += kRecordHeader + name.size();
    records_.reserve(bytes);
    for (const auto name : target.rooms) add_room(name);
    for (const auto name : target.except) add_except(name);
}

void StoredTarget::add(char kind, std::string_view name) {
    const auto size = static_cast<std::uint32_t>(name.size());
    if (records_.empty()) records_.reserve(kFirstReserve);
    char header[kRecordHeader] = {kind};
    std::memcpy(header + 1, &size, sizeof size);
    records_.append(header, sizeof header).append(name);
    ++(kind == '+' ? rooms_ : except_);
}

StoredTarget::View::View(const StoredTarget& stored) {
    const std::size_t count = std::size_t{stored.rooms_} + stored.except_;
    if (count > kInline) spilled_.resize(count);
    std::string_view* names = count > kInline ? spilled_.data() : inline_;
    // Rooms from the front, exceptions behind them, whatever the order they were named in.
    std::string_view* room = names;
    std::string_view* except = names + stored.rooms_;
    const char* record = stored.records_.data();
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t size = 0;
        std::memcpy(&size, record + 1, sizeof size);
        *(*record == '+' ? room++ : except++) = {record + kRecordHeader, size};
        record += kRecordHeader + size;
    }
    target_ = {{names, stored.rooms_}, {names + stored.rooms_, stored.except_}};
}

}  // namespace sio

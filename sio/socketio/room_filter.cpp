#include "sio/socketio/room_filter.hpp"

namespace sio::detail {
namespace {

constexpr std::size_t kFirstCells = 64;
constexpr std::size_t kMaxCells = 64 * 1024;

/// A count that got here lost track and stays: its rooms are taken to be there.
constexpr std::uint8_t kStuck = 255;

/// The filter has one writer, so a change needs no locked instruction.
void change(std::atomic<std::uint8_t>& count, int by) {
    const auto value = count.load(std::memory_order_relaxed);
    if (value != kStuck) count.store(static_cast<std::uint8_t>(value + by), std::memory_order_relaxed);
}

}  // namespace

RoomFilter::RoomFilter() {
    all_.push_back(std::make_unique<Cells>(kFirstCells));
    current_.store(all_.back().get(), std::memory_order_release);
}

void RoomFilter::add(std::uint32_t hash) {
    auto& cells = *all_.back();
    change(cells.counts[hash & cells.mask], 1);
}

void RoomFilter::remove(std::uint32_t hash) {
    auto& cells = *all_.back();
    change(cells.counts[hash & cells.mask], -1);
}

bool RoomFilter::may_have(std::uint32_t hash) const {
    const Cells* cells = current_.load(std::memory_order_acquire);
    return cells->counts[hash & cells->mask].load(std::memory_order_relaxed) > 0;
}

bool RoomFilter::too_small_for(std::size_t rooms) const {
    const std::size_t cells = all_.back()->counts.size();
    return cells < kMaxCells && rooms > cells / 2;
}

void RoomFilter::rebuild(FunctionRef<void(FunctionRef<void(std::uint32_t)>)> for_each_hash) {
    auto cells = std::make_unique<Cells>(all_.back()->counts.size() * 4);
    for_each_hash([&](std::uint32_t hash) { change(cells->counts[hash & cells->mask], 1); });
    current_.store(cells.get(), std::memory_order_release);
    all_.push_back(std::move(cells));
}

}  // namespace sio::detail

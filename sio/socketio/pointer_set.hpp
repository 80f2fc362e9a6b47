#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace sio::detail {

/// A hash set of pointers to objects that carry their own key: eight bytes a place, half to three quarters of them used. `Traits` gives
/// `hash(const T&)`. Linear probing; erasing closes the gap, so there are no tombstones.
template <class T, class Traits>
class PointerSet {
public:
    std::size_t size() const { return size_; }

    /// The element of that hash for which `same` holds, or nullptr.
    template <class Same>
    T* find(std::uint32_t hash, const Same& same) const {
        if (places_.empty()) return nullptr;
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            T* const element = places_[at];
            if (element == nullptr) return nullptr;
            if (same(*element)) return element;
        }
    }

    /// Pre: not in the set.
    void insert(T& element) {
        if ((size_ + 1) * 4 > places_.size() * 3) resize(places_.empty() ? kMinimum : places_.size() * 2);
        place(element);
        ++size_;
    }

    /// Pre: in the set.
    void erase(T& element) {
        std::size_t gap = Traits::hash(element) & mask();
        while (places_[gap] != &element) gap = (gap + 1) & mask();
        for (std::size_t at = (gap + 1) & mask(); places_[at] != nullptr; at = (at + 1) & mask()) {
            const std::size_t home = Traits::hash(*places_[at]) & mask();
            // It may move into the gap unless its home lies cyclically behind the gap.
            if (((at - home) & mask()) < ((at - gap) & mask())) continue;
            places_[gap] = places_[at];
            gap = at;
        }
        places_[gap] = nullptr;
        --size_;
        if (places_.size() > kMinimum && size_ * 8 < places_.size()) resize(places_.size() / 2);
    }

    template <class Visit>
    void for_each(const Visit& visit) const {
        for (T* element : places_) {
            if (element != nullptr) visit(*element);
        }
    }

private:
    static constexpr std::size_t kMinimum = 8;
    std::size_t mask() const { return places_.size() - 1; }

    void place(T& element) {
        std::size_t at = Traits::hash(element) & mask();
        while (places_[at] != nullptr) at = (at + 1) & mask();
        places_[at] = &element;
    }

    void resize(std::size_t places) {
        const auto old = std::exchange(places_, std::vector<T*>(places));
        for (T* element : old) {
            if (element != nullptr) place(*element);
        }
    }

    std::vector<T*> places_;
    std::size_t size_ = 0;
};

}  // namespace sio::detail

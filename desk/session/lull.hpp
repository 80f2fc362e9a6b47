#pragma once

#include <cstddef>
#include <utility>

namespace desk {

/// When to do for all of them what many ask for at about the same time: once a look finds no more of them than the last one did, or after
/// so many looks. The work then takes nothing from those who are still coming.  Thread: one at a time.
class Lull {
public:
    explicit Lull(int most_looks) : most_looks_(most_looks) {}

    /// `count` of them are waiting now.
    void begin(std::size_t count) {
        last_ = count;
        looks_ = 0;
    }
    /// A look that finds `count`. True: now.
    bool has_come(std::size_t count) { return count <= std::exchange(last_, count) || ++looks_ >= most_looks_; }

private:
    int most_looks_;
    int looks_ = 0;
    std::size_t last_ = 0;
};

}  // namespace desk

#pragma once

#include <span>
#include <vector>

#include "desk/schema/type.hpp"

namespace desk::schema {

/// Everything with a name that some types lead to, each once, in the order of first mention.
class Records {
public:
    void add(const Type& type);

    std::span<const Object* const> objects() const { return objects_; }
    /// Those of which some members may stand alone.
    std::span<const Object* const> partials() const { return partials_; }
    std::span<const WordList* const> word_lists() const { return word_lists_; }

private:
    std::vector<const Object*> objects_;
    std::vector<const Object*> partials_;
    std::vector<const WordList*> word_lists_;
};

/// Of all events, of all endpoints.
void add_events(Records& records);
void add_endpoints(Records& records);

}  // namespace desk::schema

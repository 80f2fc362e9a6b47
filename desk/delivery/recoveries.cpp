#include "desk/delivery/recoveries.hpp"

#include <utility>

namespace desk {

std::string_view to_string(Recovery recovery) {
    switch (recovery) {
        case Recovery::Complete: return "complete";
        case Recovery::Expired: return "expired";
        case Recovery::Invalid: return "invalid";
        case Recovery::TooMuch: return "too_much";
        case Recovery::Unavailable: return "unavailable";
    }
    std::unreachable();
}

}  // namespace desk

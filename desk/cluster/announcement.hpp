#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/event.hpp"

namespace desk::cluster {

inline constexpr std::string_view kLogChannel = "insightdesk:log";

/// What a server tells the others of a commit (design.md, Nothing is lost). Only a way to be quick: the log has the rows.
struct Announcement {
    std::string org;
    std::int64_t last = 0;          ///< seq of the commit's last row
    std::int64_t committed_us = 0;  ///< the wall clock of the server that committed
    bool people = false;            ///< among the rows are some of store::PeopleLog's
    std::vector<EventRow> rows;     ///< in seq order; what would have been too much is left out, and is in the log
};

struct AnnouncementLimits {
    std::size_t row_bytes = 64 * 1024;    ///< of one row's texts
    std::size_t all_bytes = 1024 * 1024;  ///< of all rows'
};

/// `rows` of one commit of one org, not empty.
std::string announce(const std::vector<EventRow>& rows, std::int64_t committed_us, const AnnouncementLimits& limits = {});

/// All but the rows. nullopt: nothing that a server of this version announced.
std::optional<Announcement> read_head(std::string_view bytes);
/// With the rows. nullopt also when one of them is not whole.
std::optional<Announcement> read_announcement(std::string_view bytes);

}  // namespace desk::cluster

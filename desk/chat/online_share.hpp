#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "desk/cluster/share.hpp"
#include "desk/model/people.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::chat {

/// Somebody as chat:online shows them, but for their status.
void write_person(sio::json::Writer& w, const Actor& actor);

/// What stands in the roll of a server's people in a conversation: an array of them; empty: nobody.
std::string to_share(const std::vector<const Actor*>& people);
/// The people in what stands there, each once, as the first share has them. What is no such text is nobody.
std::vector<Actor> people_in(const std::vector<std::string>& shares, std::string_view org);

/// Whether the two look the same in chat:online.
bool is_same(const Actor& a, const Actor& b);

}  // namespace desk::chat

#pragma once

#include <expected>
#include <iosfwd>
#include <string>

#include "desk/app/config.hpp"
#include "desk/store/store.hpp"

namespace desk::app {

/// The org, people, ticket and conversation that somebody finds who tries the server alone. Seeding twice changes nothing.
inline constexpr auto kDemoOrg = "demo";
inline constexpr auto kDemoTicket = "ticket_demo";
inline constexpr auto kDemoConversation = "conv_demo";

/// Errors: a sentence for the operator.
std::expected<void, std::string> seed_demo_data(store::Store& store);

/// How to connect: tokens for an agent, an admin and a customer, and a client of ten lines.
void print_demo(std::ostream& out, const Config& config, const std::string& url);

}  // namespace desk::app

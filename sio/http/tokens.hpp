#pragma once

#include <string_view>

/// Small pieces of HTTP's grammar (RFC 9110 section 5.6).  Thread: any.
namespace sio::http {

/// ASCII letters compare without case.
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// A tchar: what names, methods and list tokens are made of.
bool is_token_char(char c);
bool is_token(std::string_view text);

/// Without the blanks and tabs at both ends.
std::string_view trim(std::string_view text);

/// Takes the first element off a comma-separated list, trimmed; commas inside quoted strings do not count. False at the end. Empty elements
/// are skipped.
bool next_element(std::string_view& list, std::string_view& element);

/// Whether a comma-separated list has that token, without case.
bool has_token(std::string_view list, std::string_view token);

/// How much a client wants a content coding by its Accept-Encoding value (RFC 9110 section 12.5.3), 0 to 1000; 0: not acceptable.
/// `*` stands for codings not named.
int coding_quality(std::string_view accept_encoding, std::string_view coding);

}  // namespace sio::http

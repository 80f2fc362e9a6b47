#pragma once

#include <string>
#include <string_view>

/// JSONP polling (query parameter `j`): the payload travels as a script and as a form.
namespace sio::engineio {

/// `___eio[<digits of callback>]("<payload>");`
std::string jsonp_script(std::string_view callback, std::string_view payload);
/// The payload in a form's field `d`; empty when there is none.
std::string jsonp_payload(std::string_view form);

}  // namespace sio::engineio

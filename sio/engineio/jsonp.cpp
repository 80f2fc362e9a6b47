#include "sio/engineio/jsonp.hpp"

#include <algorithm>

#include "sio/base/json_writer.hpp"
#include "sio/http/message.hpp"

namespace sio::engineio {

std::string jsonp_script(std::string_view callback, std::string_view payload) {
    std::string script = "___eio[";
    std::ranges::copy_if(callback, std::back_inserter(script), [](char c) { return c >= '0' && c <= '9'; });
    script += "](";
    std::string text;
    json::Writer(text).value(payload);
    // A script is not JSON: these two end a line there.
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = std::string_view(text).substr(i);
        if (rest.starts_with("\u2028") || rest.starts_with("\u2029")) {
            script += rest.starts_with("\u2028") ? "\\u2028" : "\\u2029";
            i += 2;
        } else {
            script += text[i];
        }
    }
    return script + ");";
}

std::string jsonp_payload(std::string_view form) {
    std::string spaced(form);
    std::ranges::replace(spaced, '+', ' ');
    http::Request request;
    request.query = spaced;
    std::string payload = request.parameter("d").value_or("");
    // The client writes a line end inside a packet as backslash-n, and a real backslash-n with one backslash more.
    std::string out;
    for (std::size_t i = 0; i < payload.size(); ++i) {
        if (payload.compare(i, 3, "\\\\n") == 0) {
            out += "\\n";
            i += 2;
        } else if (payload.compare(i, 2, "\\n") == 0) {
            out += '\n';
            i += 1;
        } else {
            out += payload[i];
        }
    }
    out.reserve(out.size() + 64);
    return out;
}

}  // namespace sio::engineio

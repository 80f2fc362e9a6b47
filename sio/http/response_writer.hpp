#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sio/http/message.hpp"
#include "sio/runtime/frame.hpp"

namespace sio::http {

/// What the request and the connection decide about the answer's form.
struct AnswerForm {
    bool head = false;  ///< HEAD: the headers only
    bool http11 = true;
    bool keep_alive = true;
    std::string_view accept_encoding;  ///< of the request; empty when it has none
};

/// Writes answers, each as one frame of head and body.  Thread: one (one a loop).
class ResponseWriter {
public:
    /// Headers with CR, LF or NUL in them are left out: nothing a handler reflects may split an answer. A compressible body of 1024 bytes
    /// and more is compressed when accepted. 304 goes without Content-Length; 204 with a zero one, which some browsers wait for after a
    /// preflight.
    runtime::FrameRef write(Response& response, const AnswerForm& form, std::int64_t unix_ms);

private:
    std::string_view date(std::int64_t unix_ms);

    std::string head_;
    std::string date_;  // "Date: ...\r\n" of date_second_
    std::int64_t date_second_ = -1;
};

}  // namespace sio::http

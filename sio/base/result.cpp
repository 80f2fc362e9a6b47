#include "sio/base/result.hpp"

namespace sio {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::BadRequest: return "BadRequest";
        case ErrorCode::BadPacket: return "BadPacket";
        case ErrorCode::BadJson: return "BadJson";
        case ErrorCode::BadUtf8: return "BadUtf8";
        case ErrorCode::BadFrame: return "BadFrame";
        case ErrorCode::TooLarge: return "TooLarge";
        case ErrorCode::Timeout: return "Timeout";
        case ErrorCode::Closed: return "Closed";
        case ErrorCode::Tls: return "Tls";
        case ErrorCode::System: return "System";
        case ErrorCode::InvalidState: return "InvalidState";
    }
    return "Unknown";
}

}  // namespace sio

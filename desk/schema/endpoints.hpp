#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "desk/model/error.hpp"
#include "desk/schema/type.hpp"

namespace desk::schema {

enum class Method : std::uint8_t { Get, Post, Put, Patch, Delete };

/// One REST endpoint (domain.md 4).
struct Endpoint {
    enum class Access : std::uint8_t {
        Open,    ///< for everybody
        Bearer,  ///< a token
    };

    Method method = Method::Get;
    std::string_view path;  ///< with placeholders: /v1/tickets/{id}
    std::string_view name;  ///< for programs
    std::string_view about;
    std::span<const Field> query = {};
    const Type* body = nullptr;  ///< null: an object without members that matter, or none
    int status = 200;
    const Type* answer = nullptr;            ///< null: no JSON, see `media`
    std::span<const ErrorCode> errors = {};  ///< besides those that every endpoint may answer
    Access access = Access::Bearer;
    bool if_match = false;  ///< heeds If-Match
    int also = 0;           ///< another status with the same answer; 304: with none
    bool by_item = false;   ///< the handler checks the body, whose items fail one by one
    std::string_view media = "application/json";
};

std::span<const Endpoint> endpoints();

std::string_view to_string(Method method);

/// The endpoint of that method and path pattern; null when there is none.
const Endpoint* find_endpoint(std::string_view method, std::string_view path);

}  // namespace desk::schema

#pragma once

#include <string>
#include <string_view>

#include "desk/schema/records.hpp"
#include "desk/schema/type.hpp"
#include "sio/base/json_writer.hpp"

/// The tables as JSON Schema, in what draft 7 (AsyncAPI) and 2020-12 (OpenAPI 3.1) share. Records are references below
/// `#/components/schemas/`.  Thread: any.
namespace desk::schema {

/// One schema. `input`: null stands for absent, so an optional member may be null.
void write_schema(sio::json::Writer& w, const Type& type, std::string_view about = {}, bool or_null = false);

/// `"schemas": {...}` of components, its value.
void write_schemas(sio::json::Writer& w, const Records& records);

/// `json` with line breaks and two blanks a level, for people and diffs.
std::string indented(std::string_view json);

}  // namespace desk::schema

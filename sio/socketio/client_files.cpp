#include "sio/socketio/client_files.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "sio/base/bytes.hpp"
#include "sio/runtime/digest.hpp"

namespace sio {
namespace {

constexpr std::array<std::string_view, 8> kNames{
    "socket.io.js",         "socket.io.js.map",         "socket.io.min.js",         "socket.io.min.js.map",
    "socket.io.esm.min.js", "socket.io.esm.min.js.map", "socket.io.msgpack.min.js", "socket.io.msgpack.min.js.map"};
constexpr std::size_t kEtagDigits = 16;

std::string etag_of(std::string_view content) {
    return '"' + hex(runtime::bytes_of(runtime::sha256(content))).substr(0, kEtagDigits) + '"';
}

/// If-None-Match, RFC 9110 section 13.1.2: weak comparison.
bool matches(std::string_view wanted, std::string_view etag) { return wanted == "*" || wanted.find(etag) != std::string_view::npos; }

}  // namespace

Result<ClientFiles> ClientFiles::load(const std::string& folder) {
    ClientFiles files;
    for (const auto name : kNames) {
        std::ifstream in(folder + '/' + std::string(name), std::ios::binary);
        if (!in) continue;
        std::string content{std::istreambuf_iterator<char>(in), {}};
        std::string etag = etag_of(content);
        files.files_.push_back({std::string(name), std::move(content), std::move(etag)});
    }
    if (files.files_.empty()) return fail(ErrorCode::System, "no client file in " + folder);
    return files;
}

void ClientFiles::add_to(http::Router& router, std::string_view path) {
    for (const File& file : files_) router.add(std::string(path) + file.name, *this);
}

const ClientFiles::File* ClientFiles::find(std::string_view path) const {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const auto found = std::ranges::find(files_, name, &File::name);
    return found == files_.end() ? nullptr : &*found;
}

http::Handler::Head ClientFiles::on_head(http::Exchange&) { return {}; }

void ClientFiles::on_request(http::Exchange& exchange) {
    const http::Request& request = exchange.request();
    const File* const file = find(request.path);
    const bool reads = request.method == http::Method::Get || request.method == http::Method::Head;
    if (file == nullptr || !reads) return exchange.respond(http::Response::text(file == nullptr ? 404 : 405, ""));
    http::Response response;
    response.headers = {{"ETag", file->etag}, {"Cache-Control", "public, max-age=0"}};
    if (matches(request.header("if-none-match").value_or(""), file->etag)) {
        response.status = 304;
        return exchange.respond(std::move(response));
    }
    response.content_type = file->name.ends_with(".map") ? "application/json; charset=utf-8" : "application/javascript; charset=utf-8";
    response.body = file->content;
    response.compressible = true;
    exchange.respond(std::move(response));
}

void ClientFiles::on_upgrade(http::Exchange& exchange) { exchange.respond(http::Response::text(404, "")); }

}  // namespace sio

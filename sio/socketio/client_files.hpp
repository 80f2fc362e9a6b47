#pragma once

#include <string>
#include <vector>

#include "sio/base/result.hpp"
#include "sio/http/server.hpp"

namespace sio {

/// Serves the official client's bundles beside the Socket.IO path, as the reference server does (protocol 1.1, client files):
/// `socket.io.js`, `.min.js`, `.esm.min.js`, `.msgpack.min.js` and their maps, from a folder such as `node_modules/socket.io-client/dist`.
/// Files are read once; answers carry an ETag of the content, `Cache-Control: public, max-age=0`, and are compressed when accepted.
/// Thread: any loop; immutable.
class ClientFiles final : public http::Handler {
public:
    /// Errors: System when the folder has none of the files.
    static Result<ClientFiles> load(const std::string& folder);

    /// Routes each file below `path`, `/socket.io/` by default. Before the server starts; `this` outlives the router.
    void add_to(http::Router& router, std::string_view path = "/socket.io/");

    Head on_head(http::Exchange& exchange) override;
    void on_request(http::Exchange& exchange) override;
    void on_upgrade(http::Exchange& exchange) override;
    void on_aborted(http::Exchange&, Abort) override {}

private:
    struct File {
        std::string name;
        std::string content;
        std::string etag;
    };
    const File* find(std::string_view path) const;

    std::vector<File> files_;
};

}  // namespace sio

#include "desk/rest/documents.hpp"

#include <memory>
#include <mutex>
#include <string>

#include "desk/schema/documents.hpp"
#include "sio/base/bytes.hpp"
#include "sio/base/deflate.hpp"
#include "sio/http/tokens.hpp"
#include "sio/runtime/digest.hpp"

namespace desk::rest {

namespace http = sio::http;

namespace {

constexpr std::size_t kEtagDigits = 16;

class Document {
public:
    Document(std::string (*make)(), std::string_view type) : make_(make), type_(type) {}

    http::Response answer(const http::Request& request) {
        std::call_once(made_, [this] { fill(); });
        const bool gzipped = !packed_.empty() && http::coding_quality(request.header("accept-encoding").value_or(""), "gzip") > 0;
        http::Response response;
        response.headers = {{"ETag", etag_}, {"Cache-Control", "public, max-age=0"}, {"Vary", "Accept-Encoding"}};
        const std::string_view known = request.header("if-none-match").value_or("");
        if (known == "*" || known.contains(etag_)) {
            response.status = 304;
            return response;
        }
        if (gzipped) response.headers.emplace_back("Content-Encoding", "gzip");
        response.content_type = type_;
        response.body = gzipped ? packed_ : plain_;
        return response;
    }

private:
    void fill() {
        plain_ = make_();
        packed_ = sio::gzip(plain_).value_or(std::string());
        etag_ = '"' + sio::hex(sio::runtime::bytes_of(sio::runtime::sha256(plain_))).substr(0, kEtagDigits) + '"';
    }

    std::string (*make_)();
    std::string_view type_;
    std::once_flag made_;
    std::string plain_;
    std::string packed_;
    std::string etag_;
};

}  // namespace

void add_document_routes(Api& api) {
    const auto add = [&api](std::string_view path, std::string (*make)(), std::string_view type) {
        api.add_open(
            path, [document = std::make_shared<Document>(make, type)](const http::Request& request) { return document->answer(request); });
    };
    add("/openapi.json", schema::openapi_document, "application/json");
    add("/asyncapi.json", schema::asyncapi_document, "application/json");
    add("/insightdesk.d.ts", schema::typescript_declarations, "text/plain; charset=utf-8");
}

}  // namespace desk::rest

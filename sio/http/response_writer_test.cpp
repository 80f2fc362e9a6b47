#include "sio/http/response_writer.hpp"

#include <gtest/gtest.h>

#include "sio/base/deflate.hpp"

namespace sio::http {
namespace {

constexpr std::int64_t kTime = 784111777'250;  // Sun, 06 Nov 1994 08:49:37 GMT

std::string write(Response response, AnswerForm form = {}) {
    ResponseWriter writer;
    return std::string(writer.write(response, form, kTime)->bytes());
}

std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

TEST(ResponseWriter, WritesHeadAndBody) {
    EXPECT_EQ(write(Response::text(200, "ok")),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: 2\r\n"
              "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\nok");
}

TEST(ResponseWriter, KeepsTheDateCurrent) {
    ResponseWriter writer;
    Response response;
    EXPECT_NE(writer.write(response, {}, kTime)->bytes().find("08:49:37"), std::string_view::npos);
    EXPECT_NE(writer.write(response, {}, kTime + 999)->bytes().find("08:49:38"), std::string_view::npos);
}

TEST(ResponseWriter, NamesTheConnectionsFate) {
    AnswerForm form;
    form.keep_alive = false;
    EXPECT_NE(write({}, form).find("\r\nConnection: close\r\n"), std::string::npos);
    form = {};
    form.http11 = false;
    EXPECT_NE(write({}, form).find("\r\nConnection: keep-alive\r\n"), std::string::npos);
}

TEST(ResponseWriter, SendsNoBodyForHead) {
    AnswerForm form;
    form.head = true;
    const auto answer = write(Response::text(200, "hello"), form);
    EXPECT_NE(answer.find("Content-Length: 5\r\n"), std::string::npos);
    EXPECT_EQ(body_of(answer), "");
}

TEST(ResponseWriter, SendsNoBodyWith204And304) {
    const auto no_content = write(Response::text(204, "x"));
    EXPECT_NE(no_content.find("Content-Length: 0\r\n"), std::string::npos);
    EXPECT_EQ(body_of(no_content), "");
    EXPECT_EQ(write(Response::text(304, "x")).find("Content-Length"), std::string::npos);
}

TEST(ResponseWriter, LeavesOutHeadersThatWouldSplitTheAnswer) {
    Response response;
    response.headers = {{"A", "b\r\nSet-Cookie: x"}, {"B\r\nC", "d"}, {"E", std::string("f\0g", 3)}, {"Good", "1"}};
    const auto answer = write(std::move(response));
    EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
    EXPECT_EQ(answer.find("\r\nC"), answer.find("\r\nContent-Length"));
    EXPECT_EQ(answer.find("E: f"), std::string::npos);
    EXPECT_NE(answer.find("Good: 1\r\n"), std::string::npos);
}

TEST(ResponseWriter, CompressesWhatIsLargeAndAccepted) {
    const std::string text(1024, 'a');
    auto response = Response::text(200, text);
    response.compressible = true;
    AnswerForm form;
    form.accept_encoding = "deflate;q=0.5, gzip";
    auto answer = write(response, form);
    EXPECT_NE(answer.find("Content-Encoding: gzip\r\n"), std::string::npos);
    EXPECT_NE(answer.find("Vary: Accept-Encoding\r\n"), std::string::npos);
    EXPECT_EQ(gunzip(body_of(answer), 2000).value_or(""), text);
    EXPECT_NE(answer.find("Content-Length: " + std::to_string(body_of(answer).size()) + "\r\n"), std::string::npos);

    form.accept_encoding = "deflate";
    answer = write(response, form);
    EXPECT_NE(answer.find("Content-Encoding: deflate\r\n"), std::string::npos);
    EXPECT_EQ(gunzip(body_of(answer), 2000).value_or(""), text);

    form.accept_encoding = "br, gzip;q=0";
    answer = write(response, form);
    EXPECT_EQ(answer.find("Content-Encoding"), std::string::npos);
    EXPECT_NE(answer.find("Vary: Accept-Encoding\r\n"), std::string::npos);
    EXPECT_EQ(body_of(answer), text);

    form.accept_encoding = "gzip";
    response.body.pop_back();
    EXPECT_EQ(write(response, form).find("Content-Encoding"), std::string::npos);
}

}  // namespace
}  // namespace sio::http

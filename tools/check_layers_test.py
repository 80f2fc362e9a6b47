#!/usr/bin/env python3
"""Tests of check_layers.py on small files that exist only here."""

import unittest

from check_layers import check_file, check_stores


def problems(path, *includes):
    text = "#pragma once\n" + "".join(f"#include {i}\n" for i in includes)
    return check_file(path, text, lambda header: "/" in header and "gone" not in header)


class CheckLayers(unittest.TestCase):
    def accepts(self, path, *includes):
        self.assertEqual(problems(path, *includes), [])

    def refuses(self, path, include, reason):
        found = problems(path, include)
        self.assertEqual(len(found), 1, found)
        self.assertIn(reason, found[0])
        self.assertTrue(found[0].startswith(path + ":2:"), found[0])

    def test_a_layer_includes_itself_and_those_before_it(self):
        self.accepts("sio/http/parser.cpp", '"sio/http/parser.hpp"', '"sio/base/bytes.hpp"', '"sio/runtime/loop.hpp"')
        self.accepts("desk/app/main.cpp", '"desk/rest/routes.hpp"', '"desk/chat/commands.hpp"', '"sio/socketio/server.hpp"')

    def test_an_include_that_climbs_is_refused(self):
        self.refuses("sio/http/parser.cpp", '"sio/websocket/frame.hpp"', "sio/http may not include sio/websocket")
        self.refuses("sio/socketio/server.hpp", '"desk/model/ticket.hpp"', "sio/socketio may not include desk/model")
        self.refuses("sio/base/a_test.cpp", '"sio/runtime/loop.hpp"', "sio/base may not include sio/runtime")

    def test_capabilities_do_not_know_each_other_but_rest_knows_them(self):
        self.refuses("desk/chat/join.cpp", '"desk/tickets/ticket.hpp"', "never include each other")
        self.refuses("desk/tickets/a.cpp", '"desk/chat/join.hpp"', "never include each other")
        self.accepts("desk/rest/chat.cpp", '"desk/chat/join.hpp"', '"desk/tickets/ticket.hpp"')

    def test_third_party_headers_stay_in_their_layer(self):
        self.accepts("sio/base/json.cpp", "<simdjson.h>", "<zlib.h>", "<msgpack.hpp>", "<msgpack/parse.hpp>")
        self.accepts("desk/auth/jwt.cpp", "<cjose/cjose.h>", "<jansson.h>", "<openssl/evp.h>")
        self.refuses("sio/socketio/packet.cpp", "<simdjson.h>", "belongs into sio/base")
        self.refuses("desk/chat/join.cpp", "<sqlite3.h>", "belongs into desk/store")
        self.refuses("desk/rest/log.cpp", "<spdlog/spdlog.h>", "belongs into desk/app")
        self.refuses("sio/http/tls.cpp", "<openssl/ssl.h>", "belongs into sio/runtime or desk/auth")

    def test_a_test_may_use_libraries_of_the_layers_below(self):
        self.accepts("sio/engineio/tls_test.cpp", "<openssl/ssl.h>", "<gtest/gtest.h>", "<rapidcheck/gtest.h>")
        self.accepts("fuzz/token_fuzz.cpp", "<openssl/hmac.h>", '"desk/auth/token.hpp"')
        self.refuses("sio/base/a_test.cpp", "<openssl/ssl.h>", "belongs into")
        self.refuses("sio/base/a.cpp", "<gtest/gtest.h>", "belongs into tests")

    def test_standard_and_system_headers_are_free_and_unknown_ones_are_not(self):
        self.accepts("sio/runtime/loop.cpp", "<vector>", "<cstdint>", "<sys/epoll.h>", "<netinet/tcp.h>", "<unistd.h>", "<emmintrin.h>")
        self.refuses("sio/runtime/loop.cpp", "<uv.h>", "no known library")
        self.refuses("sio/runtime/loop.cpp", "<asio/ip/tcp.hpp>", "no known library")

    def test_quotes_need_the_path_from_the_root(self):
        self.refuses("sio/base/a.cpp", '"sio/base/gone.hpp"', "does not exist")
        self.refuses("sio/base/a.cpp", '"bytes.hpp"', "does not exist")

    def test_a_program_may_name_its_neighbour(self):
        self.accepts("tests/conformance/main.cpp", '"echo.hpp"', '"sio/socketio/server.hpp"')
        self.refuses("tests/conformance/main.cpp", '"gone.hpp"', "does not exist")

    def test_examples_see_the_library_only(self):
        self.accepts("examples/chat.cpp", '"sio/socketio/server.hpp"', "<iostream>")
        self.refuses("examples/chat.cpp", '"desk/model/ticket.hpp"', "examples may not include desk/model")
        self.refuses("examples/chat.cpp", '"sio/http/parser.hpp"', "examples may not include sio/http")

    def test_a_folder_that_is_no_layer_and_a_header_without_guard_are_named(self):
        self.assertIn("is no layer", check_file("desk/misc/a.cpp", "", lambda _: True)[0])
        self.assertIn("no #pragma once", check_file("sio/base/a.hpp", "int f();", lambda _: True)[0])

    def test_suites_that_use_a_store_are_to_run_on_postgres_too(self):
        text = "TempStore store;\nTEST(Doors, Open) {}\nTEST_F(Doors, Shut) {}\nTEST_P(SqliteFiles, Break) {}\n"
        self.assertEqual(len(check_stores("desk/chat/a_test.cpp", text, "add_layer(desk_chat LINKS Doors)")), 1)
        self.assertEqual(len(check_stores("desk/chat/a_test.cpp", text, "add_layer(desk_chat ON_POSTGRES Do LINKS Doors)")), 1)
        for suites in ["Doors", "Other Doors", "*", "Do*"]:
            self.assertEqual(check_stores("desk/chat/a_test.cpp", text, f"add_layer(desk_chat ON_POSTGRES {suites} LINKS x)"), [])
        self.assertEqual(check_stores("desk/chat/a_test.cpp", "TEST(Doors, Open) {}\n", ""), [])


if __name__ == "__main__":
    unittest.main()

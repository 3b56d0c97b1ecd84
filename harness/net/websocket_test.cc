// WebSocket between two layers, without a socket, and against frames made by hand.

#include "net/websocket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/layer_pair.h"

namespace mqttspec::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class websocket_test : public testing::Test {
 protected:
  websocket_test() { renew(); }

  void renew() {
    both_ = {};
    both_.client = make_websocket_layer(context_, "127.0.0.1:8080", "/mqtt");
    both_.server = make_websocket_server_layer(context_);
  }

  void open() {
    both_.begin();
    ASSERT_EQ(both_.client->state(), layer_state::open) << both_.client->why();
    ASSERT_EQ(both_.server->state(), layer_state::open) << both_.server->why();
  }

  // A frame of the server, which masks nothing.
  void frame(const std::string& hex) { both_.feed(*both_.client, *from_hex(hex)); }

  // What the client makes of |answer| to its request.
  void answer(std::string_view octets) {
    renew();
    both_.client->begin();
    both_.client->take_outgoing();
    both_.feed(*both_.client, as_bytes(octets));
  }

  // The server's answer with |part| put as |other|.
  std::string changed_answer(const std::string& part, const std::string& other) {
    renew();
    both_.client->begin();
    both_.server->begin();
    both_.feed(*both_.server, both_.client->take_outgoing());
    std::string text(as_text(both_.server->take_outgoing()));
    const auto at = text.find(part);
    EXPECT_NE(at, std::string::npos) << text;
    if (at != std::string::npos) text.replace(at, part.size(), other);
    both_.feed(*both_.client, as_bytes(text));
    return both_.client->why();
  }

  std::string incoming() { return std::string(as_text(both_.client->take_incoming())); }

  std::shared_ptr<websocket_context> context_ = make_websocket_context();
  layer_pair both_;
};

TEST_F(websocket_test, asks_for_the_path_and_the_subprotocol) {
  both_.client->begin();
  const std::string request(as_text(both_.client->take_outgoing()));
  EXPECT_THAT(request, StartsWith("GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
  EXPECT_THAT(request, HasSubstr("Sec-WebSocket-Protocol: mqtt\r\n"));
}

TEST_F(websocket_test, octets_go_both_ways_in_pieces_of_any_size) {
  for (const std::size_t piece : {1u, 3u, 100'000u}) {
    renew();
    both_.piece = piece;
    open();
    const std::string much(70'000, 'x');
    both_.client->write(as_bytes(much));
    both_.server->write(as_bytes("one"));
    both_.server->write(as_bytes("two"));
    both_.exchange();
    EXPECT_EQ(both_.to_server, much);
    EXPECT_EQ(both_.to_client, "onetwo");
  }
}

TEST_F(websocket_test, one_write_is_one_masked_binary_frame) {
  open();
  both_.client->write(*from_hex("c0 00"));
  const byte_buffer frame = both_.client->take_outgoing();
  ASSERT_EQ(frame.size(), 8u);
  EXPECT_EQ(frame[0], 0x82);
  EXPECT_EQ(frame[1], 0x82);
  EXPECT_EQ(frame[6] ^ frame[2], 0xC0);
}

TEST_F(websocket_test, borders_of_frames_mean_nothing) {
  open();
  frame("82 03 61 62 63 82 01 64");           // two frames in one piece
  frame("02 02 65 66 00 00 80 03 67 68 69");  // one message in three fragments, one empty
  frame("82 00");                             // nothing at all
  frame("02 01 6a 89 00 80 01 6b");           // a ping between two fragments
  EXPECT_EQ(incoming(), "abcdefghijk");
  EXPECT_EQ(both_.client->state(), layer_state::open);
}

TEST_F(websocket_test, pings_are_answered_and_control_frames_noted) {
  open();
  frame("89 02 68 69 8a 00");
  const byte_buffer pong = both_.client->take_outgoing();
  ASSERT_EQ(pong.size(), 8u);
  EXPECT_EQ(pong[0], 0x8A);
  EXPECT_EQ(pong[1], 0x82);
  EXPECT_EQ(pong[6] ^ pong[2], 'h');
  EXPECT_THAT(both_.client->take_notes(), ElementsAre("WebSocket: ping \"hi\"", "WebSocket: pong"));
}

TEST_F(websocket_test, a_close_frame_is_noted_answered_and_an_orderly_end) {
  open();
  frame("82 01 61 88 06 03 f0 1b 5b 31 0a");  // 1008, with octets that a terminal would obey
  EXPECT_EQ(incoming(), "a");
  EXPECT_EQ(both_.client->state(), layer_state::ended);
  EXPECT_THAT(both_.client->take_notes(),
              ElementsAre("WebSocket: close frame 1008 \"\\x1b[1\\n\""));
  const byte_buffer close = both_.client->take_outgoing();
  ASSERT_GE(close.size(), 8u);
  EXPECT_EQ(close[0], 0x88);
}

TEST_F(websocket_test, after_our_close_frame_the_peer_is_still_heard_and_not_answered) {
  open();
  both_.client->end();
  const byte_buffer close = both_.client->take_outgoing();
  ASSERT_EQ(close.size(), 8u);
  EXPECT_EQ(close[0], 0x88);
  EXPECT_EQ((close[6] ^ close[2]) << 8 | (close[7] ^ close[3]), 1000);
  frame("82 01 61 89 00 82 01 62 88 02 03 e8");
  EXPECT_EQ(incoming(), "ab");
  EXPECT_TRUE(both_.client->take_outgoing().empty());
  EXPECT_EQ(both_.client->state(), layer_state::ended);
  both_.client->write(as_bytes("late"));
  EXPECT_TRUE(both_.client->take_outgoing().empty());
}

TEST_F(websocket_test, an_end_of_either_side_ends_the_other) {
  open();
  both_.server->end();
  both_.exchange();
  EXPECT_EQ(both_.client->state(), layer_state::ended);
  EXPECT_EQ(both_.server->state(), layer_state::ended);
  renew();
  open();
  both_.client->end();
  both_.exchange();
  EXPECT_EQ(both_.client->state(), layer_state::ended);
  EXPECT_EQ(both_.server->state(), layer_state::ended);
}

TEST_F(websocket_test, a_text_frame_is_a_violation) {
  open();
  frame("82 01 61 81 02 68 69");
  EXPECT_EQ(incoming(), "a");
  EXPECT_EQ(both_.client->state(), layer_state::violated);
  EXPECT_EQ(both_.client->why(), "WebSocket: the broker sent a text frame (MQTT-6.0.0-1)");
  EXPECT_EQ(both_.client->statement(), "MQTT-6.0.0-1");
}

TEST_F(websocket_test, frames_that_the_protocol_does_not_allow_are_violations) {
  for (const char* bad : {"c2 01 61",              // a reserved bit
                          "83 00",                 // an unknown opcode
                          "80 01 61",              // a continuation of nothing
                          "02 01 61 82 01 62",     // a second message inside of the first
                          "82 81 00 00 00 00 61",  // masked by a server
                          "09 00",                 // a ping in fragments
                          "82 7e 00 05",           // a length that is not the shortest
                          "88 01 03"}) {           // a close frame with half a code
    renew();
    open();
    frame(bad);
    EXPECT_EQ(both_.client->state(), layer_state::violated) << bad;
    EXPECT_THAT(both_.client->why(), StartsWith("WebSocket: a frame that is not allowed: ")) << bad;
  }
}

TEST_F(websocket_test, a_refusal_of_http_is_told) {
  answer("HTTP/1.1 404 Not \x1b[31mFound\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(both_.client->state(), layer_state::failed);
  EXPECT_THAT(both_.client->why(), StartsWith("WebSocket: the broker"));
  answer("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nsee");
  EXPECT_EQ(both_.client->why(),
            "WebSocket: the broker answers '404 Not Found' to the request for '/mqtt'");
  answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(both_.client->why(), HasSubstr("'200 OK'"));
}

TEST_F(websocket_test, what_is_not_http_is_told) {
  answer(as_text(*from_hex("20 03 00 00 00 00 00 00 00 00")));
  EXPECT_EQ(both_.client->state(), layer_state::failed);
  EXPECT_EQ(both_.client->why(), "WebSocket: the broker does not speak HTTP on this port");
}

TEST_F(websocket_test, the_subprotocol_must_be_the_one_asked_for) {
  EXPECT_EQ(changed_answer("Sec-WebSocket-Protocol: mqtt", "Sec-WebSocket-Protocol: mqttv3.1"),
            "WebSocket: the broker chose the subprotocol 'mqttv3.1'; it must be 'mqtt' "
            "(MQTT-6.0.0-4)");
  EXPECT_EQ(changed_answer("Sec-WebSocket-Protocol: mqtt\r\n", ""),
            "WebSocket: the broker chose no subprotocol; it must be 'mqtt' (MQTT-6.0.0-4)");
  EXPECT_THAT(changed_answer("Sec-WebSocket-Accept: ", "Sec-WebSocket-Accept: x"),
              HasSubstr("no handshake"));
}

TEST_F(websocket_test, layers_can_go_at_any_time) {
  both_.client->begin();
  both_.client.reset();
  renew();
  open();
  both_.client.reset();
  both_.server->write(as_bytes("into the void"));
  both_.server.reset();
}

}  // namespace
}  // namespace mqttspec::net

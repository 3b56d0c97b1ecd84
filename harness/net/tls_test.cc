// TLS between two layers, without a socket.

#include "net/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "net/certificate.h"
#include "net/layer_pair.h"

namespace mqttspec::net {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;

certificate make(const certificate_request& wanted, const certificate* by = nullptr) {
  auto made = make_certificate(wanted, by);
  EXPECT_TRUE(made) << made.error();
  return made.value_or(certificate{});
}

// Keys take time: made once.
const certificate& authority() {
  static const certificate it = make({.name = "authority", .signs_others = true});
  return it;
}
const certificate& stranger() {
  static const certificate it = make({.name = "stranger", .signs_others = true});
  return it;
}
const certificate& of_broker() {
  static const certificate it =
      make({.name = "broker", .hosts = {"127.0.0.1", "broker.test"}}, &authority());
  return it;
}

class tls_test : public testing::Test {
 protected:
  tls_test() {
    server_.certificate = of_broker().text;
    server_.key = of_broker().key;
    client_.authority = authority().text;
  }

  void shake_hands(const std::string& host = "127.0.0.1") {
    auto server = make_tls_server_context(server_);
    auto client = make_tls_context(client_);
    ASSERT_TRUE(server) << server.error();
    ASSERT_TRUE(client) << client.error();
    both_.server = make_tls_layer(*server, host);
    both_.client = make_tls_layer(*client, host);
    both_.begin();
  }

  void expect_refusal(const std::string& why) {
    EXPECT_EQ(both_.client->state(), layer_state::failed);
    EXPECT_THAT(both_.client->why(), HasSubstr(why));
  }

  // A file that is gone with the test.
  std::string file(const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path(testing::TempDir()) /
                      (std::to_string(reinterpret_cast<std::uintptr_t>(this)) + name);
    std::ofstream(path) << text;
    files_.push_back(path);
    return path.string();
  }
  void TearDown() override {
    for (const auto& path : files_) std::filesystem::remove(path);
  }

  tls_server_options server_;
  tls_options client_;
  layer_pair both_;
  std::vector<std::filesystem::path> files_;
};

TEST_F(tls_test, octets_go_both_ways_in_pieces_of_any_size) {
  for (const std::size_t piece : {1u, 7u, 100'000u}) {
    both_ = {};
    both_.piece = piece;
    shake_hands();
    ASSERT_EQ(both_.client->state(), layer_state::open) << both_.client->why();
    const std::string much(40'000, 'x');
    both_.client->write(as_bytes(much));
    both_.server->write(as_bytes("answer"));
    both_.exchange();
    EXPECT_EQ(both_.to_server, much);
    EXPECT_EQ(both_.to_client, "answer");
  }
}

TEST_F(tls_test, an_end_is_orderly_and_leaves_the_other_direction_open) {
  shake_hands();
  both_.client->end();
  both_.exchange();
  EXPECT_EQ(both_.server->state(), layer_state::ended);
  both_.server->write(as_bytes("last"));
  both_.server->end();
  both_.exchange();
  EXPECT_EQ(both_.to_client, "last");
  EXPECT_EQ(both_.client->state(), layer_state::ended);
}

TEST_F(tls_test, a_certificate_of_another_authority_is_not_trusted) {
  client_.authority = stranger().text;
  shake_hands();
  expect_refusal("the broker's certificate is not trusted: unable to get local issuer certificate");
  EXPECT_NE(both_.server->state(), layer_state::open);
}

TEST_F(tls_test, a_certificate_for_another_host_is_not_accepted) {
  for (const char* host : {"127.0.0.2", "other.test"}) {
    both_ = {};
    shake_hands(host);
    expect_refusal("the broker's certificate is not for '" + std::string(host) + "'");
  }
  both_ = {};
  shake_hands("broker.test");
  EXPECT_EQ(both_.client->state(), layer_state::open) << both_.client->why();
  both_ = {};
  client_.server_name = "broker.test";  // --sni
  shake_hands("other.test");
  EXPECT_EQ(both_.client->state(), layer_state::open) << both_.client->why();
}

TEST_F(tls_test, a_certificate_out_of_its_time_is_not_trusted) {
  struct row {
    hours from, until;
    const char* why;
  };
  for (const row& r : {row{hours(-48), hours(-24), "certificate has expired"},
                       row{hours(24), hours(48), "certificate is not yet valid"}}) {
    const certificate odd = make(
        {.name = "broker", .hosts = {"127.0.0.1"}, .valid_from = r.from, .valid_until = r.until},
        &authority());
    server_.certificate = odd.text;
    server_.key = odd.key;
    both_ = {};
    shake_hands();
    expect_refusal(r.why);
  }
}

TEST_F(tls_test, insecure_accepts_all_of_that) {
  client_.insecure = true;
  client_.authority = stranger().text;
  shake_hands("other.test");
  EXPECT_EQ(both_.client->state(), layer_state::open) << both_.client->why();
}

TEST_F(tls_test, a_broker_may_ask_for_a_certificate_of_the_client) {
  server_.authority = authority().text;
  const certificate own = make({.name = "client"}, &authority());
  const certificate foreign = make({.name = "client"}, &stranger());

  shake_hands();
  expect_refusal("the broker refuses: certificate required");

  both_ = {};
  client_.certificate = file("own.pem", own.text);
  client_.key = file("own.key", own.key);
  shake_hands();
  ASSERT_EQ(both_.client->state(), layer_state::open) << both_.client->why();
  both_.client->write(as_bytes("hello"));
  both_.exchange();
  EXPECT_EQ(both_.to_server, "hello");

  both_ = {};
  client_.certificate = file("foreign.pem", foreign.text);
  client_.key = file("foreign.key", foreign.key);
  shake_hands();
  expect_refusal("the broker refuses: unknown ca");
}

TEST_F(tls_test, alpn_is_offered_and_what_came_of_it_noted) {
  client_.protocols = {"mqtt"};
  shake_hands();
  EXPECT_THAT(both_.client->take_notes(),
              ElementsAre("TLS: the broker chose none of the protocols offered by ALPN"));

  both_ = {};
  server_.protocols = {"http/1.1", "mqtt"};
  shake_hands();
  EXPECT_THAT(both_.client->take_notes(), ElementsAre("TLS: ALPN chose 'mqtt'"));

  both_ = {};
  server_.protocols = {"http/1.1"};
  shake_hands();
  expect_refusal("no application protocol");

  both_ = {};
  client_.protocols = {};
  shake_hands();
  EXPECT_EQ(both_.client->state(), layer_state::open);
  EXPECT_TRUE(both_.client->take_notes().empty());
}

TEST_F(tls_test, a_broker_without_tls_is_named_as_such) {
  auto context = make_tls_context(client_);
  ASSERT_TRUE(context);
  const auto alone = make_tls_layer(*context, "127.0.0.1");
  alone->begin();
  alone->received(*from_hex("20 02 00 00 00 00 00 00"));
  EXPECT_EQ(alone->state(), layer_state::failed);
  EXPECT_EQ(alone->why(), "TLS: the broker does not speak TLS on this port");
}

TEST_F(tls_test, files_that_cannot_be_used_are_named) {
  const std::string nowhere = "/nowhere/x.pem";
  const certificate other = make({.name = "other"});
  const std::string good = file("a.pem", of_broker().text);
  const auto error_of = [](const tls_options& o) {
    const auto made = make_tls_context(o);
    return made ? std::string("none") : made.error();
  };
  EXPECT_EQ(error_of({.ca = nowhere}),
            "cannot read authorities from '" + nowhere + "': No such file or directory");
  EXPECT_THAT(error_of({.ca = file("no.pem", "nothing")}), HasSubstr("cannot read authorities"));
  EXPECT_EQ(error_of({.certificate = good}), "a client's certificate and its key go together");
  EXPECT_THAT(error_of({.certificate = good, .key = file("b.key", other.key)}),
              HasSubstr("cannot read a key from"));
  EXPECT_THAT(error_of({.protocols = {""}}), HasSubstr("between 1 and 255 octets"));
}

}  // namespace
}  // namespace mqttspec::net

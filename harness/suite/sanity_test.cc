#include "suite/sanity.h"

#include <gtest/gtest.h>

#include "drive/virtual_driver.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::suite {
namespace {

using wire::packet;
using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

// Plays each case against a server of a few lines, whose CONNACK carries |comment| in front of what
// can be learned.
class small_server : public play::driver {
 public:
  explicit small_server(std::string comment = "") : comment_(std::move(comment)) {}

  bool refuses_unnamed = false;
  bool tells_assigned = true;
  std::uint8_t wrong_credentials = 0;          // the code that refuses them
  std::function<void(byte_buffer&)> spoils{};  // CONNACK

  void play(const source& next, const sink& ended, std::size_t, const stop_sign&) override {
    while (auto m = next()) {
      play::machine& player = *m;
      player.start({});
      while (const auto a = player.next_action()) {
        if (const auto* open = std::get_if<play::open_connection>(&*a)) {
          player.connected(open->id, {});
        } else if (const auto* w = std::get_if<play::write_octets>(&*a)) {
          const auto p = wire::decode(w->octets, {protocol_version::v5, wire::sender::client});
          for (const packet& answer : answers(*p)) {
            byte_buffer octets = wire::encode(answer)->bytes;
            if (spoils && answer.type == packet_type::connack) spoils(octets);
            player.received(w->id, octets, {});
          }
          if (p->type == packet_type::disconnect) {
            player.closed(w->id, play::close_kind::orderly, {});
          }
        }
      }
      if (!player.finished()) player.abandon(play::abandonment::endless, "stuck", {});
      if (!ended({std::move(m), {}})) return;
    }
  }
  instant now() const override { return {}; }
  bool interrupted() const override { return false; }
  const std::string& lost() const override { return lost_; }

 private:
  std::vector<packet> answers(const packet& p) const {
    const auto make = [&](packet_type type) {
      packet out = wire::make(type, protocol_version::v5);
      out.packet_id = p.packet_id;
      return out;
    };
    packet back = p;
    switch (p.type) {
      case packet_type::connect:
        back = make(packet_type::connack);
        if (p.user_name && wrong_credentials != 0) {
          back.reason = wrong_credentials;
          return {back};
        }
        if (p.client_id.empty() && refuses_unnamed) {
          back.reason = 0x85;
          return {back};
        }
        for (std::size_t i = 0; i < comment_.size(); i += 1000) {
          back.properties.push_back(wire::user_property("note", comment_.substr(i, 1000)));
        }
        back.properties.push_back(wire::number_property(property_id::receive_maximum, 7));
        back.properties.push_back(wire::number_property(property_id::maximum_qos, 1));
        if (p.client_id.empty() && tells_assigned) {
          back.properties.push_back(
              wire::text_property(property_id::assigned_client_identifier, "x9"));
        }
        return {back};
      case packet_type::subscribe:
        back = make(packet_type::suback);
        back.reasons = {1};
        return {back};
      case packet_type::publish:
        if (p.qos == 0) return {back};
        return {make(packet_type::puback), back};
      default:
        return {};
    }
  }

  std::string comment_;
  std::string lost_;
};

TEST(sanity, learns_from_connack_however_long_it_is) {
  for (const std::size_t octets : {0u, 100u, 300u, 3000u, 10'000u, 200'000u}) {
    small_server server(std::string(octets, 'c'));
    const auto found = check_sanity(server, "t", {protocol_version::v5}, {});
    EXPECT_TRUE(found.well());
    EXPECT_EQ(found.learned.at("receive_maximum"), 7) << octets;
    EXPECT_EQ(found.learned.at("maximum_qos"), 1) << octets;
    EXPECT_EQ(found.learned.at("assigned_client_ids"), 1) << octets;
  }
}

// A fact lets cases be skipped: what a broker does wrong must not become one.
TEST(sanity, a_server_that_forgets_to_tell_an_identifier_assigns_one) {
  small_server server;
  const auto learned = [&] {
    return check_sanity(server, "t", {protocol_version::v5}, {}).learned.at("assigned_client_ids");
  };
  server.tells_assigned = false;
  EXPECT_EQ(learned(), 1);
  server.refuses_unnamed = true;
  EXPECT_EQ(learned(), 0);
}

TEST(sanity, a_server_refuses_wrong_credentials_also_when_it_then_stays_or_says_something_odd) {
  small_server server;
  const auto learned = [&] {
    return check_sanity(server, "t", {protocol_version::v5}, {}).learned.at("auth");
  };
  EXPECT_EQ(learned(), 0);
  for (const int code : {0x86, 0x87, 0x97}) {
    server.wrong_credentials = static_cast<std::uint8_t>(code);  // and the connection stays
    EXPECT_EQ(learned(), 1) << code;
  }
}

TEST(sanity, messages_that_are_lost_are_not_held_back_by_a_window) {
  for (const std::uint32_t kept : {1000u, 0u}) {
    broker::broker_options options;
    options.inflight_window = 3;
    options.queue_limit = kept;
    const auto place = drive::make_virtual_driver({.broker = options});
    const auto found = check_sanity(*place, "t", {protocol_version::v5}, {});
    EXPECT_EQ(found.learned.at("inflight_window"), kept == 0 ? 65535 : 3);
  }
}

TEST(sanity, a_connack_that_breaks_the_format_is_a_failure_and_no_client_gets_in) {
  small_server server;
  server.spoils = [](byte_buffer& connack) { connack[2] |= 0x80; };
  const auto found = check_sanity(server, "t", {protocol_version::v5}, {});
  EXPECT_TRUE(found.unserved.contains("5"));
  ASSERT_EQ(found.wrong.size(), 1u);
  const results::case_result& c = found.wrong[0].result;
  EXPECT_EQ(c.id, "sanity/sanity[v5]");
  EXPECT_EQ(c.outcome, results::verdict::fail);
  EXPECT_FALSE(c.statements.empty());
  EXPECT_FALSE(c.trace.empty());
}

TEST(sanity, a_server_of_the_other_version_breaks_nothing) {
  small_server server;
  server.spoils = [](byte_buffer& connack) { connack = {0x20, 0x02, 0x00, 0x01}; };
  const auto found = check_sanity(server, "t", {protocol_version::v5}, {});
  EXPECT_TRUE(found.unserved.contains("5"));
  EXPECT_TRUE(found.wrong.empty());
}

}  // namespace
}  // namespace mqttspec::suite

#include "suite/sanity.h"

#include <gtest/gtest.h>

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
  explicit small_server(std::string comment) : comment_(std::move(comment)) {}

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
            player.received(w->id, wire::encode(answer)->bytes, {});
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
        for (std::size_t i = 0; i < comment_.size(); i += 1000) {
          back.properties.push_back(wire::user_property("note", comment_.substr(i, 1000)));
        }
        back.properties.push_back(wire::number_property(property_id::receive_maximum, 7));
        back.properties.push_back(wire::number_property(property_id::maximum_qos, 1));
        if (p.client_id.empty()) {
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
    EXPECT_EQ(found.failure, "");
    EXPECT_EQ(found.learned.at("receive_maximum"), 7) << octets;
    EXPECT_EQ(found.learned.at("maximum_qos"), 1) << octets;
    EXPECT_EQ(found.learned.at("assigned_client_ids"), 1) << octets;
  }
}

}  // namespace
}  // namespace mqttspec::suite

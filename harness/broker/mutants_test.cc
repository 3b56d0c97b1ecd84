#include "broker/mutants.h"

#include <gtest/gtest.h>

#include <set>

#include "broker/edge.h"
#include "broker/mutate.h"
#include "model/rehearsal.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::broker {
namespace {

using wire::packet;
using wire::packet_type;
using wire::protocol_version;
using namespace std::chrono_literals;

TEST(mutants, each_has_a_name_of_its_own) {
  std::set<std::string> names;
  for (const mutant& m : all_mutants()) {
    EXPECT_TRUE(names.insert(m.name).second) << m.name;
    EXPECT_EQ(m.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-/"), m.name.npos)
        << m.name;
    EXPECT_EQ(find_mutant(m.name), &m);
    EXPECT_EQ(m.plant != nullptr, m.site == mutation_site::decide) << m.name;
  }
  EXPECT_GE(names.size(), 1500u);
  EXPECT_NE(find_mutant("v5/send/connack/session-present/flipped"), nullptr);
  EXPECT_NE(find_mutant("v311/receive/pubrel/ignored/resumed"), nullptr);
  EXPECT_EQ(find_mutant("v311/send/disconnect/dropped"), nullptr);
}

TEST(mutants, those_of_decisions_change_one_each_and_leave_none_out) {
  std::set<std::size_t> changed;
  for (const mutant& m : all_mutants()) {
    if (m.plant == nullptr) continue;
    model::rules r;
    m.plant(r);
    const auto places = model::changed_decisions(model::sound_rules(), r);
    ASSERT_EQ(places.size(), 1u) << m.name;
    changed.insert(places.front());
  }
  // Those of other facts, and of instants and texts, are the defects' business.
  EXPECT_GE(changed.size() + 25, model::decision_count());
}

packet publish() {
  packet p = wire::make(packet_type::publish, protocol_version::v5);
  p.topic = "a/b";
  p.qos = 1;
  p.packet_id = 7;
  p.payload = "m1";
  return p;
}

std::optional<wire::wire_result<packet>> sent(const char* name, const packet& p,
                                              const packet* before = nullptr) {
  const auto octets = mutated(*find_mutant(name), p, before);
  if (!octets) return std::nullopt;
  return wire::decode(*octets, {protocol_version::v5, wire::sender::server});
}

TEST(mutate, changes_the_field_and_nothing_else) {
  packet wanted = publish();
  wanted.payload = "mx";
  EXPECT_EQ(**sent("v5/send/publish/payload/changed", publish()), wanted);
  wanted = publish();
  wanted.packet_id = 8;
  EXPECT_EQ(**sent("v5/send/publish/id/plus-one", publish()), wanted);
  packet before = publish();
  before.packet_id = 3;
  wanted.packet_id = 3;
  EXPECT_EQ(**sent("v5/send/publish/id/of-previous", publish(), &before), wanted);
}

TEST(mutate, tells_where_it_changes_nothing) {
  EXPECT_FALSE(sent("v5/send/publish/content-type/missing", publish()));
  EXPECT_FALSE(sent("v5/send/publish/id/of-previous", publish()));
}

TEST(mutate, makes_what_the_table_forbids) {
  EXPECT_EQ(sent("v5/send/publish/id/zero", publish())->error().error,
            wire::wire_error::zero_packet_id);
  EXPECT_EQ(sent("v5/send/publish/qos/reserved", publish())->error().error,
            wire::wire_error::invalid_qos);
  EXPECT_EQ(sent("v5/send/publish/misplaced", publish())->error().error,
            wire::wire_error::misplaced_property);
}

TEST(mutate, answers_what_cannot_be_decoded) {
  byte_buffer octets;
  ASSERT_TRUE(wire::encode_to(publish(), octets));
  EXPECT_EQ(answer_to(octets, protocol_version::v5)->type, packet_type::puback);
  EXPECT_EQ(answer_to(octets, protocol_version::v5)->packet_id, 7);
}

// A client that connects and pings; what it gets, and when the broker ends it.
struct scene {
  explicit scene(const mutant* what, reach* reached = nullptr)
      : b({}, 1, model::sound_rules(), what, reached) {
    packet connect = wire::make(packet_type::connect, protocol_version::v5);
    connect.client_id = "c";
    connect.clean_start = true;
    c = b.accept(now);
    say(connect);
  }
  void say(const packet& p) {
    byte_buffer octets;
    ASSERT_TRUE(wire::encode_to(p, octets));
    b.receive(c, octets, now);
    hear();
  }
  void ping() { say(wire::make(packet_type::pingreq, protocol_version::v5)); }
  void hear() {
    for (output& o : b.take_outputs()) {
      if (const auto* s = std::get_if<send_octets>(&o)) {
        for (byte_view rest = s->octets; !rest.empty();) {
          const auto next = **wire::split(rest, protocol_version::v5);
          got.push_back(static_cast<packet_type>(next.bytes[0] >> 4));
          rest = rest.subspan(next.bytes.size());
        }
      } else {
        ended = true;
      }
    }
  }

  edge b;
  instant now{};
  connection_id c = 0;
  std::vector<packet_type> got;
  bool ended = false;
};

TEST(edge, without_a_mutant_is_the_broker) {
  scene s(nullptr);
  s.ping();
  EXPECT_EQ(s.got, (std::vector{packet_type::connack, packet_type::pingresp}));
}

TEST(edge, drops_doubles_and_closes) {
  scene dropped(find_mutant("v5/send/pingresp/dropped"));
  dropped.ping();
  EXPECT_EQ(dropped.got, std::vector{packet_type::connack});
  scene twice(find_mutant("v5/send/pingresp/twice"));
  twice.ping();
  EXPECT_EQ(twice.got.size(), 3u);
  scene closed(find_mutant("v5/receive/pingreq/closed-instead"));
  closed.ping();
  EXPECT_TRUE(closed.ended);
}

TEST(edge, strikes_on_its_occasion_only) {
  scene s(find_mutant("v5/send/pingresp/dropped/second"));
  for (int n = 0; n < 3; ++n) s.ping();
  EXPECT_EQ(s.got.size(), 3u);
  scene other(find_mutant("v311/send/pingresp/dropped"));
  other.ping();
  EXPECT_EQ(other.got.size(), 2u);
}

TEST(edge, is_late_by_its_own_deadline) {
  scene s(find_mutant("v5/send/pingresp/late"));
  s.ping();
  EXPECT_EQ(s.got.size(), 1u);
  s.now = s.b.next_deadline();
  EXPECT_EQ(s.now - instant{}, 20s);
  s.b.advance(s.now);
  s.hear();
  EXPECT_EQ(s.got.size(), 2u);
}

TEST(edge, notes_what_would_have_changed_something) {
  const auto& all = all_mutants();
  reach reached(all);
  scene s(nullptr, &reached);
  s.ping();
  const auto has = [&](const char* name) {
    return reached.has(static_cast<std::size_t>(find_mutant(name) - all.data()));
  };
  EXPECT_EQ(s.got.size(), 2u);
  EXPECT_TRUE(has("v5/send/pingresp/dropped"));
  EXPECT_TRUE(has("v5/send/connack/session-present/flipped"));
  EXPECT_FALSE(has("v5/send/pingresp/dropped/second"));
  EXPECT_FALSE(has("v311/send/pingresp/dropped"));
  EXPECT_FALSE(has("v5/send/puback/dropped"));
}

}  // namespace
}  // namespace mqttspec::broker

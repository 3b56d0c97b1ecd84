#include "play/blame.h"

#include <gtest/gtest.h>

#include "wire/notation.h"

namespace mqttspec::play {
namespace {

using script::statement_reference;
using wire::packet_type;
using wire::protocol_version;

constexpr auto v5 = protocol_version::v5;
constexpr auto v311 = protocol_version::v311;

statements of(protocol_version version, std::initializer_list<const char*> ids) {
  statements out;
  for (const char* id : ids) out.push_back({version, id});
  return out;
}
std::string print(const statements& all) {
  std::string out;
  for (const statement_reference& s : all) out += (out.empty() ? "" : " ") + script::print(s);
  return out;
}

struct field_row {
  const char* what;
  statements cited;
  protocol_version version;
  const char* got;
  const char* field;
  const char* blamed;
};

TEST(blame, a_field_is_blamed_by_what_speaks_of_it) {
  const field_row rows[] = {
      {"the message came again with its identifier, and only DUP is wrong",
       of(v5, {"MQTT-4.4.0-1", "MQTT-4.8.2-4"}), v5,
       "PUBLISH topic=\"t\" qos=1 id=1 dup=0 payload=\"m\"", "dup", "v5:MQTT-3.3.1-1"},
      {"a session that is not kept, on a line about the answer to CONNECT",
       of(v5, {"MQTT-3.1.4-5", "MQTT-3.2.0-1"}), v5, "CONNACK session_present=0 reason=0",
       "session_present", "v5:MQTT-3.2.2-3"},
      {"... of 3.1.1", of(v311, {"MQTT-3.1.4-4"}), v311, "CONNACK session_present=0 reason=0",
       "session_present", "v311:MQTT-3.2.2-2"},
      {"a session that is kept: by the line's statement about that, and no other",
       of(v5, {"MQTT-3.1.2-4", "MQTT-3.2.0-1"}), v5, "CONNACK session_present=1 reason=0",
       "session_present", "v5:MQTT-3.1.2-4"},
      {"a line that cites nothing is a premise",
       {},
       v5,
       "CONNACK session_present=0 reason=0",
       "session_present",
       ""},
      {"another payload: another message, so what was awaited did not come",
       of(v5, {"MQTT-4.5.0-1", "MQTT-3.3.1-1"}), v5,
       "PUBLISH topic=\"t\" qos=1 id=1 payload=\"m2\"", "payload", "v5:MQTT-4.5.0-1"},
      {"a QoS above the granted one", of(v5, {"MQTT-4.5.0-1"}), v5,
       "PUBLISH topic=\"t\" qos=1 id=1 payload=\"m\"", "qos", "v5:MQTT-3.8.4-8"},
      {"the identifier of another SUBSCRIBE", of(v311, {"MQTT-3.8.4-1"}), v311,
       "SUBACK id=3 reasons=[0]", "id", "v311:MQTT-2.3.1-7"},
      {"another message into a window that has room", of(v5, {"MQTT-4.9.0-1", "MQTT-4.6.0-5"}), v5,
       "PUBLISH topic=\"t\" qos=1 id=1 payload=\"m2\"", "payload", "v5:MQTT-4.6.0-5"},
      {"a CONNACK that refuses a malformed CONNECT by another code than the line allows",
       of(v311, {"MQTT-1.5.3-1", "MQTT-3.1.4-1"}), v311, "CONNACK session_present=0 reason=5",
       "reason", "v311:MQTT-3.1.4-1"},
      {"another code than the line wants, and one that exists",
       of(v5, {"MQTT-3.2.2-8", "MQTT-4.12.0-1"}), v5, "CONNACK session_present=0 reason=0",
       "reason", "v5:MQTT-4.12.0-1"},
  };
  for (const field_row& r : rows) {
    const auto got = wire::parse_packet(r.got, r.version);
    ASSERT_TRUE(got) << r.got;
    EXPECT_EQ(print(blame_fields(r.cited, *got, {{{}, {}, r.field}})), r.blamed) << r.what;
  }
}

TEST(blame, a_refusal_that_a_line_does_not_speak_of_accuses_nobody) {
  const auto got = wire::parse_packet("CONNACK session_present=0 reason=not_authorized", v5);
  const std::vector<match_fault> faults{{{}, {}, "session_present"}, {{}, {}, "reason", {}, true}};
  EXPECT_EQ(print(blame_fields(of(v5, {"MQTT-3.1.2-23"}), *got, faults)), "");
}

TEST(blame, what_does_not_come_breaks_no_statement_about_a_field) {
  const arrival publish{packet_type::publish};
  const arrival connack{packet_type::connack};
  const arrival pingresp{packet_type::pingresp};
  const arrival close;
  const auto blamed = [](const statements& cited, const std::vector<arrival>& awaited,
                         std::optional<arrival> came = std::nullopt) {
    return print(blame_arrival(cited, v5, awaited, came));
  };
  EXPECT_EQ(blamed(of(v5, {"MQTT-4.4.0-1", "MQTT-3.3.1-1"}), {publish}), "v5:MQTT-4.4.0-1");
  EXPECT_EQ(blamed(of(v5, {"MQTT-3.3.1-2"}), {close}), "v5:MQTT-3.3.1-2")
      << "no close after a PUBLISH with QoS 0 and DUP 1";
  EXPECT_EQ(blamed(of(v5, {"MQTT-4.6.0-5", "MQTT-4.5.0-1"}), {publish}), "v5:MQTT-4.5.0-1")
      << "what does not come is in no order";
  // Of the answers to requests it is known what they break.
  const auto present = of(v5, {"MQTT-3.2.2-2"});
  EXPECT_EQ(blamed(present, {connack}), "v5:MQTT-3.1.4-5");
  EXPECT_EQ(blamed(present, {connack}, close), "") << "a CONNECT that is refused by a close";
  EXPECT_EQ(blamed({}, {connack}), "") << "a premise";
  // PINGREQ asks for PINGRESP only, whatever must not come in front of it.
  const auto removed = of(v5, {"MQTT-3.10.4-2"});
  EXPECT_EQ(blamed(removed, {pingresp}), "v5:MQTT-3.12.4-1");
  EXPECT_EQ(blamed(removed, {pingresp}, publish), "v5:MQTT-3.10.4-2");
  EXPECT_EQ(blamed(of(v5, {"MQTT-3.2.2-22"}), {pingresp}, arrival{packet_type::disconnect}),
            "v5:MQTT-3.2.2-22");
  EXPECT_EQ(blamed(removed, {pingresp}, close), "") << "another fault than the line is about";
}

TEST(blame, comments_and_rules_for_clients_accuse_nobody) {
  const arrival publish{packet_type::publish};
  const auto lost = [&](const char* id) {
    return print(blame_arrival(of(v5, {id}), v5, {publish}, std::nullopt));
  };
  EXPECT_EQ(lost("v5-3.1.3.2.2-d"), "") << "a comment";
  EXPECT_EQ(lost("MQTT-3.1.0-1"), "") << "a rule for clients";
  EXPECT_EQ(lost("MQTT-4.5.0-1"), "v5:MQTT-4.5.0-1");
}

TEST(blame, what_came_instead_may_be_the_fault_itself) {
  const statements cited = of(v311, {"MQTT-3.1.3-10", "MQTT-1.5.3-1", "MQTT-3.1.4-1"});
  const auto blamed = [&](const char* packet, protocol_version version, const statements& of_line) {
    return print(blame_instead(of_line, *wire::parse_packet(packet, version)));
  };
  EXPECT_EQ(blamed("CONNACK session_present=0 reason=identifier_rejected", v311, cited),
            "v311:MQTT-3.1.4-1");
  EXPECT_EQ(blamed("CONNACK session_present=0 reason=accepted", v311, cited), print(cited));
  const statements another = of(v311, {"MQTT-3.1.0-1"});
  EXPECT_EQ(blamed("CONNACK session_present=0 reason=identifier_rejected", v311, another),
            print(another));
  EXPECT_EQ(blamed("DISCONNECT", v311, of(v311, {"MQTT-3.1.4-2"})), "v311:v311-2.2.1-b");
  EXPECT_EQ(blamed("DISCONNECT", v311, {}), "");
}

}  // namespace
}  // namespace mqttspec::play

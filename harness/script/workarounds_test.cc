#include "script/workarounds.h"

#include <gtest/gtest.h>

#include "script/expander.h"
#include "script/source.h"

namespace mqttspec::script {
namespace {

scenario of(const std::string& lines) {
  file_set files([](const std::string&) { return std::nullopt; });
  files.add("s.mqs", "scenario s\n  title    \"t\"\n  clients  c d\n\n  step \"s\"\n" + lines);
  expand_options options;
  options.run_tag = "t";
  return expand(files, options).scenarios.at(0);
}

const std::string connect =
    "    c > CONNECT client_id=\"a\" session_expiry_interval=9 clean_start=";

// Clean Start of each CONNECT.
std::vector<std::uint64_t> clean_starts(const scenario& s) {
  std::vector<std::uint64_t> out;
  for (const instruction& i : s.lines) {
    const auto* send = std::get_if<send_line>(&i.what);
    if (send == nullptr || send->packet.type != wire::packet_type::connect) continue;
    for (const field_clause& c : send->packet.fields) {
      if (c.name == "clean_start") out.push_back(std::get<std::uint64_t>(c.values[0].value));
    }
  }
  return out;
}

TEST(workarounds, a_session_is_begun_the_other_way_and_only_begun) {
  using starts = std::vector<std::uint64_t>;
  EXPECT_EQ(clean_starts(begun_without_clean_start(of(connect + "1\n" + connect + "1\n"))),
            (starts{0, 1}));
  EXPECT_EQ(clean_starts(begun_with_clean_start(of(connect + "0\n" + connect + "0\n"))),
            (starts{1, 0}));
  EXPECT_EQ(clean_starts(
                begun_without_clean_start(of("    c > CONNECT client_id=\"a\" clean_start=1\n"))),
            (starts{1}))
      << "it ends with its connection";
}

// How many lines look at Session Present.
std::size_t looks(const scenario& s) {
  std::size_t out = 0;
  for (const instruction& i : s.lines) {
    const auto* line = std::get_if<expect_line>(&i.what);
    if (line != nullptr) out += line->alternatives.front().packet.fields.size();
  }
  return out;
}

TEST(workarounds, session_present_is_left_out_where_it_is_a_premise_or_a_claim_follows) {
  const std::string premise = connect + "0\n    c < CONNACK session_present=1\n";
  const std::string claim = connect + "0\n    c < CONNACK session_present=1   @MQTT-3.1.2-23\n";
  EXPECT_EQ(looks(without_session_present(of(premise))), 0U);
  EXPECT_EQ(looks(without_session_present(of(claim))), 1U);
  EXPECT_EQ(looks(without_session_present(of(claim + claim))), 1U);
  EXPECT_EQ(looks(without_session_present(of(connect + "0\n    c < CONNACK session_present=0\n"))),
            1U);
}

// The lines, from `>` on; "(" and ")" for a loop, with what it names.
std::string told(const scenario& s) {
  std::string out;
  for (std::size_t n = 0; n < s.lines.size(); ++n) {
    const instruction& i = s.lines[n];
    if (const auto* begin = std::get_if<loop_begin>(&i.what)) {
      out += std::holds_alternative<loop_end>(s.lines.at(begin->end).what) ? "(" : "?";
    } else if (const auto* end = std::get_if<loop_end>(&i.what)) {
      out += std::holds_alternative<loop_begin>(s.lines.at(end->begin).what) ? ")" : "?";
    } else if (const auto* send = std::get_if<send_line>(&i.what)) {
      out += send->kind != send_kind::packet                      ? 'x'
             : send->packet.type == wire::packet_type::disconnect ? 'd'
             : send->packet.type == wire::packet_type::connect    ? 'c'
                                                                  : '.';
    }
  }
  return out;
}

TEST(workarounds, who_has_no_will_says_goodbye) {
  EXPECT_EQ(told(left_by_disconnect(of(connect + "0\n    c > shutdown\n    c > close\n"))), "cdxx");
  EXPECT_EQ(told(left_by_disconnect(of(connect + "0\n    c > DISCONNECT\n    c > shutdown\n"))),
            "cdx");
  EXPECT_EQ(told(left_by_disconnect(
                of(connect + "0 will_topic=\"a\" will_payload=\"b\"\n    c > shutdown\n"))),
            "cx");
  EXPECT_EQ(
      told(left_by_disconnect(of(connect + "0\n    c > shutdown\n" + connect +
                                 "0\n    for n in 1..200\n      c > PINGREQ\n    c > close\n"))),
      "cdxc(.)dx");
}

}  // namespace
}  // namespace mqttspec::script

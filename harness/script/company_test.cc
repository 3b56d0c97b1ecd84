#include "script/company.h"

#include <gtest/gtest.h>

#include "script/expander.h"
#include "script/library.h"

namespace mqttspec::script {
namespace {

scenario with(const std::string& lines, const std::string& headers = "") {
  file_set files;
  files.add("f.mqs",
            "scenario s\n  title \"t\"\n  clients c\n" + headers + "  step \"one\"\n" + lines);
  return std::move(expand(files, {}).scenarios.at(0));
}

TEST(company, who_stops_the_broker_or_says_so_runs_alone) {
  EXPECT_FALSE(runs_alone(with("    c > open\n")));
  EXPECT_TRUE(runs_alone(with("    c > open\n", "  tags exclusive\n")));
  EXPECT_TRUE(runs_alone(with("    broker restart\n")));
  EXPECT_TRUE(stops_broker(with("    broker kill\n")));
  EXPECT_FALSE(stops_broker(with("    c > open\n", "  tags exclusive\n")));
}

TEST(company, a_field_is_sent_by_whichever_packet_has_it) {
  const scenario s = with(
      "    c > CONNECT client_id=\"a\" clean_start=1 will_topic=\"t\" "
      "will_payload=\"p\" will_delay_interval=3\n");
  EXPECT_TRUE(sends_field(s, "will_delay_interval"));
  EXPECT_FALSE(sends_field(s, "topic"));
}

TEST(company, who_sends_what_is_no_packet_of_a_client_is_hostile) {
  struct row {
    const char* lines;
    bool hostile;
  };
  const row rows[] = {
      {"    c > PINGREQ\n", false},
      {"    c > hex(c0 00)\n", false},
      {"    c > hex(c1 00)\n", true},
      {"    c > hex(d0 00)\n", true},      // a server's
      {"    c > hex(30 05 00)\n", false},  // may go on
      {"    c > hex(c0 00 c1 00)\n", true},
      {"    c > PUBLISH topic=\"t\" payload=\"m\" | flags 0x6\n", true},
      {"    c > PUBLISH topic=\"t\" payload=\"m\" | flags 0x1\n", false},  // RETAIN
      {"    c > PUBLISH topic=\"t\" payload=\"m\" | split 1 every 1ms\n", false},
      {"    c > CONNECT client_id=\"a\" clean_start=1\n"
       "    c < CONNACK assigned_client_identifier as id\n"
       "    c > CONNECT client_id={id} clean_start=1 | append hex(00)\n",
       true},  // what it is shows in the run
  };
  for (const row& r : rows) EXPECT_EQ(is_hostile(with(r.lines)), r.hostile) << r.lines;
}

TEST(company, each_round_of_a_loop_may_begin_a_session) {
  EXPECT_EQ(most_sessions(with("    for n in 1..3\n"
                               "      c > CONNECT client_id=\"a{n}\" clean_start=1\n"
                               "      c > close\n"
                               "    c > CONNECT client_id=\"b\" clean_start=1\n")),
            4u);
}

TEST(company, a_bystander_is_connected_before_and_served_behind) {
  const scenario s =
      with_bystander(with("    for n in 1..3000\n"
                          "      c > PINGREQ\n"
                          "    c > close\n"));
  ASSERT_EQ(s.clients.size(), 2u);
  const auto client_of = [&](std::size_t line) {
    const auto* l = std::get_if<send_line>(&s.lines.at(line).what);
    return l == nullptr ? "" : l->client;
  };
  EXPECT_EQ(client_of(0), "bystander");
  const auto& begin = std::get<loop_begin>(s.lines.at(2).what);
  EXPECT_EQ(std::get<loop_end>(s.lines.at(begin.end).what).begin, 2u);
  EXPECT_EQ(client_of(s.lines.size() - 2), "bystander");
  EXPECT_EQ(s.steps.at(s.lines.back().step), "another client is still served");
}

}  // namespace
}  // namespace mqttspec::script

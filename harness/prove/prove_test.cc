#include "prove/prove.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "adapter/facts.h"
#include "broker/defects.h"
#include "client/client.h"
#include "model/rehearsal.h"
#include "oracle/client_watch.h"
#include "oracle/watch.h"
#include "prove/bugs.h"
#include "prove/report.h"
#include "script/catalogue.h"
#include "script/expander.h"
#include "script/library.h"

namespace mqttspec::prove {
namespace {

constexpr const char* text = R"(scenario present
  title    "a stored session is told"
  versions 5
  clients  c
  step "connect twice"
    c > CONNECT client_id="{ns}-c" clean_start=1 session_expiry_interval=60
    c < CONNACK session_present=0
    c > DISCONNECT
    c > shutdown
    c < close
    c > CONNECT client_id="{ns}-c" clean_start=0 session_expiry_interval=60
    c < CONNACK session_present=1   @v5:MQTT-3.2.2-3

scenario blames-another
  title    "the same, with a statement that has nothing to do with it"
  versions 5
  clients  c
  step "connect twice"
    c > CONNECT client_id="{ns}-c" clean_start=1 session_expiry_interval=60
    c < CONNACK session_present=0
    c > DISCONNECT
    c > shutdown
    c < close
    c > CONNECT client_id="{ns}-c" clean_start=0 session_expiry_interval=60
    c < CONNACK session_present=1@v5:MQTT-3.12.4-1

scenario flags-are-clear
  title    "seven bits of CONNACK are 0"
  versions 5
  clients  c
  step "connect"
    c > CONNECT client_id="{ns}-c" clean_start=1
    c < CONNACK session_present=0   @v5:MQTT-3.2.2-1

scenario cannot-fail
  title    "pings"
  versions 5
  clients  c
  step "ping"
    c > CONNECT client_id="{ns}-c" clean_start=1
    c < CONNACK
    c > PINGREQ
    c < any of
      PINGRESP      @v5:MQTT-3.12.4-1
      nothing for 1s  @v5:MQTT-3.12.4-1
)";

proof prove_defects(std::vector<const broker::defect*> defects, bool trace_rules = false) {
  script::file_set set;
  set.add("test.mqs", text);
  prove_settings s;
  s.set_ups.push_back({"usual", {}, {}, "", ""});
  s.defects = std::move(defects);
  s.suite.engine.trace_rules = trace_rules;
  s.suite.versions = {wire::protocol_version::v5};
  return prove(s, [&](const std::string& tag, const target::capability_values&) {
    script::expand_options o;
    o.run_tag = tag;
    return script::expand(set, o).scenarios;
  });
}

proof prove_text(const std::vector<std::string>& names, bool trace_rules = false) {
  std::vector<const broker::defect*> defects;
  for (const std::string& n : names) defects.push_back(broker::find_defect(n));
  return prove_defects(std::move(defects), trace_rules);
}

const proven_case& find(const proof& p, std::string_view name) {
  return *std::find_if(p.cases.begin(), p.cases.end(),
                       [&](const proven_case& c) { return c.id.find(name) != c.id.npos; });
}

TEST(prove, a_case_kills_what_it_cites_and_blames_wrongly_otherwise) {
  broker::defect plain = *broker::find_defect("session-present-always-0");
  plain.sweeping = false;
  const proof p = prove_defects({&plain});
  ASSERT_EQ(p.failure, "");
  EXPECT_EQ(p.killed(), 1u);
  EXPECT_EQ(find(p, "present[v5]").count(effect::kill), 1u);
  EXPECT_EQ(find(p, "blames-another").count(effect::wrong_blame), 1u);
  EXPECT_EQ(p.wrong_blames(), 1u);
  EXPECT_FALSE(p.complete());
}

TEST(prove, a_trace_rule_that_names_the_right_statement_explains_a_failure) {
  broker::defect plain = *broker::find_defect("session-present-always-0");
  plain.sweeping = false;
  const proof p = prove_defects({&plain}, true);
  EXPECT_EQ(find(p, "blames-another").count(effect::explained), 1u);
  EXPECT_EQ(p.wrong_blames(), 0u);
}

TEST(prove, a_sweeping_defect_is_no_wrong_blame) {
  const proof p = prove_text({"session-present-always-0"});
  EXPECT_EQ(p.killed(), 1u);
  EXPECT_EQ(find(p, "blames-another").count(effect::swept), 1u);
  EXPECT_EQ(p.wrong_blames(), 0u);
}

TEST(prove, a_malformed_packet_kills_and_proves_nothing_of_the_case) {
  const proof p = prove_text({"connack-too-long"});
  EXPECT_EQ(p.killed(), 1u);
  EXPECT_EQ(find(p, "present[v5]").count(effect::format_kill), 1u);
  EXPECT_EQ(find(p, "present[v5]").count(effect::kill), 0u);
  EXPECT_EQ(p.idle().size(), p.cases.size());
  const std::string said = to_text(p);
  EXPECT_NE(said.find("IDLE       test/present[v5] kills nothing but malformed packets"), said.npos)
      << said;
}

TEST(prove, a_malformed_packet_counts_for_a_case_that_claims_its_form) {
  const proof p = prove_text({"connack-reserved-flags"});
  EXPECT_EQ(find(p, "flags-are-clear").count(effect::kill), 1u);
  EXPECT_EQ(find(p, "present[v5]").count(effect::format_kill), 1u);
}

TEST(prove, tells_survivors_and_idle_cases) {
  const proof p = prove_text({"session-present-always-0", "queue-backwards"});
  ASSERT_EQ(p.survivors().size(), 1u);
  EXPECT_EQ(p.survivors()[0]->what.name, "queue-backwards");
  EXPECT_EQ(p.survivors()[0]->tried, 0u);
  EXPECT_EQ(p.idle().size(), 3u);
  const std::string said = to_text(p);
  EXPECT_NE(said.find("SURVIVES   queue-backwards"), said.npos) << said;
  EXPECT_NE(said.find("IDLE       test/cannot-fail"), said.npos) << said;
  EXPECT_NE(said.find("1 of 2 defects killed (50.0 %)"), said.npos) << said;
}

TEST(prove, a_premise_that_is_spoilt_is_no_kill) {
  const proof p = prove_text({"messages-before-connack", "session-present-always-1"});
  for (const proven_case& c : p.cases) {
    for (const trial& t : c.trials) EXPECT_NE(t.what, effect::kill) << c.id;
  }
  EXPECT_GT(find(p, "present[v5]").count(effect::premise), 0u);
}

// The promise that selection rests on, on a sample of the real cases: a defect that would have
// answered every question of the sound run alike changes nothing.
TEST(prove, a_defect_changes_nothing_where_it_is_not_touched) {
  script::file_set set;
  const std::string root = std::string(MQTTSPEC_SOURCE_DIR) + "/cases";
  set.load({root + "/redelivery", root + "/will", root + "/expiry", root + "/takeover"}, root);
  prove_settings s;
  s.set_ups.push_back({"usual", {}, {}, "", ""});
  const auto all = broker::all_defects();
  for (std::size_t n = 0; n < all.size(); n += 9) s.defects.push_back(all[n]);
  s.suite.versions = {wire::protocol_version::v5, wire::protocol_version::v311};
  s.suite.chosen.sample = 40;
  const auto source = [&](const std::string& tag, const target::capability_values& can) {
    script::expand_options o;
    o.run_tag = tag;
    o.capability = script::capabilities(can.begin(), can.end());
    return script::expand(set, o).scenarios;
  };
  const proof chosen = prove(s, source);
  s.everything = true;
  const proof every = prove(s, source);
  ASSERT_EQ(chosen.failure, "");
  ASSERT_EQ(every.failure, "");
  EXPECT_GT(chosen.runs, 100u);
  EXPECT_GT(every.runs, 2 * chosen.runs);
  ASSERT_EQ(chosen.cases.size(), every.cases.size());
  for (std::size_t n = 0; n < every.cases.size(); ++n) {
    std::map<std::size_t, trial> selected;
    for (const trial& t : chosen.cases[n].trials) selected[t.defect] = t;
    for (const trial& t : every.cases[n].trials) {
      const auto same = selected.find(t.defect);
      const effect expected = same == selected.end() ? effect::none : same->second.what;
      EXPECT_EQ(t.what, expected) << every.cases[n].id << " " << s.defects[t.defect]->name;
    }
  }
}

std::vector<script::scenario> all_scenarios(script::file_set& set) {
  const std::string root = std::string(MQTTSPEC_SOURCE_DIR) + "/cases";
  set.load({root}, root);
  script::expand_options o;
  o.run_tag = "ttest";
  o.capability = {{"retain_available", 1},
                  {"wildcard_subscription_available", 1},
                  {"subscription_identifier_available", 1},
                  {"shared_subscription_available", 1}};
  return script::expand(set, o).scenarios;
}

// ... and not a single packet is another, nor comes at another time.
TEST(prove, an_untouched_case_has_the_same_trace_octet_by_octet) {
  script::file_set set;
  const auto scenarios = all_scenarios(set);
  std::vector<model::rules> changes;
  const auto all = broker::all_defects();
  for (std::size_t n = 0; n < all.size(); n += 7) all[n]->plant(changes.emplace_back());
  play::run_options options;
  options.trace_passed = true;
  std::size_t compared = 0;
  for (std::size_t n = 0; n < scenarios.size(); n += 17) {
    model::rehearsal once(model::sound_rules(), changes);
    const auto sound = suite::simulate({&scenarios[n], 0}, options, {.rules = &once.base()});
    for (std::size_t d = 0; d < changes.size(); ++d) {
      if (once.differs(d)) continue;
      const auto same = suite::simulate({&scenarios[n], 0}, options, {.rules = &changes[d]});
      ++compared;
      EXPECT_EQ(same.outcome, sound.outcome) << sound.id << " " << all[d * 7]->name;
      ASSERT_EQ(same.trace.size(), sound.trace.size()) << sound.id << " " << all[d * 7]->name;
      for (std::size_t t = 0; t < sound.trace.size(); ++t) {
        ASSERT_EQ(same.trace[t].octets, sound.trace[t].octets)
            << sound.id << " " << all[d * 7]->name;
        ASSERT_EQ(same.trace[t].at, sound.trace[t].at) << sound.id << " " << all[d * 7]->name;
      }
    }
  }
  EXPECT_GT(compared, 500u);
}

TEST(prove, trace_rules_have_nothing_to_say_of_the_sound_broker) {
  script::file_set set;
  const auto scenarios = all_scenarios(set);
  for (const script::scenario& s : scenarios) {
    const auto r = suite::simulate({&s, 0}, {}, {.rules = &model::sound_rules()});
    for (const results::finding& f : r.findings) ADD_FAILURE() << s.id << ": " << f.message;
  }
}

TEST(prove, trace_rules_cite_statements_that_exist) {
  std::vector<diagnostic> problems;
  const auto known =
      script::catalogue::load(std::string(MQTTSPEC_SOURCE_DIR) + "/cases/statements", problems);
  for (const oracle::rule_description& r : oracle::all_rules()) {
    for (const oracle::statement& s : r.statements) {
      if (s.id == "format") continue;
      EXPECT_NE(known.find(s.version, s.id), nullptr) << r.name << ": " << oracle::print(s);
    }
  }
}

TEST(prove, tells_what_trace_rules_notice_by_themselves) {
  const proof p = prove_text({"session-present-always-1", "queue-backwards"}, true);
  EXPECT_EQ(p.noticed_by_rules(), 1u);
  EXPECT_EQ(p.defects[0].rules.count("no-session-after-clean-start"), 1u);
  EXPECT_EQ(p.false_alarms(), 0u);
  EXPECT_NE(to_text(p).find("trace rules alone notice 1 of 2 defects"), std::string::npos);
}

TEST(prove, a_bug_is_shown_by_a_case_of_its_own_and_tells_where_its_defect_was_seen) {
  const proof p = prove_text({"session-present-always-0"});
  const std::string seen(broker::find_defect("session-present-always-0")->seen_in);
  ASSERT_NE(seen, "");
  script::known_bug b{"x", {"VerneMQ " + seen}, {"session-present-always-0"}, {"test/present"}, ""};
  EXPECT_EQ(untied_bugs({b}, p), std::vector<std::string>{});
  script::known_bug other = b;
  other.cases = {"test/cannot-fail"};
  EXPECT_EQ(untied_bugs({other}, p),
            std::vector<std::string>{"x: none of its cases catches its defects"});
  other = b;
  other.seen_in = {"elsewhere"};
  EXPECT_EQ(untied_bugs({other}, p),
            std::vector<std::string>{"session-present-always-0: no bug that names it was seen in " +
                                     seen});
  other = b;
  other.defects.push_back("no-such-defect");
  EXPECT_EQ(untied_bugs({other}, p),
            std::vector<std::string>{"x: there is no defect no-such-defect"});
}

TEST(prove, defects_break_statements_that_exist) {
  std::vector<diagnostic> problems;
  const auto known =
      script::catalogue::load(std::string(MQTTSPEC_SOURCE_DIR) + "/cases/statements", problems);
  for (const broker::defect* d : broker::all_defects()) {
    for (const std::string_view s : broker::statements_of(*d)) {
      if (s == broker::format_of_311) continue;
      const bool v5 = s.starts_with("v5:");
      EXPECT_TRUE(v5 || s.starts_with("v311:")) << s;
      const auto version = v5 ? wire::protocol_version::v5 : wire::protocol_version::v311;
      EXPECT_NE(known.find(version, s.substr(v5 ? 3 : 5)), nullptr) << d->name << ": " << s;
    }
  }
}

std::vector<script::scenario> client_scenarios(const script::file_set& set, const std::string& tag,
                                               const target::capability_values& can) {
  script::expand_options o;
  o.run_tag = tag;
  o.plays = script::side::server;
  o.capability = script::capabilities(can.begin(), can.end());
  return script::expand(set, o).scenarios;
}

// The cases of client libraries, all of them: the embedded client passes, every defect is killed by
// a case that claims what it breaks, every case kills one, and nobody is blamed for another's
// fault.
TEST(prove, every_defect_of_a_client_is_killed) {
  script::file_set set;
  const std::string root = std::string(MQTTSPEC_SOURCE_DIR) + "/cases";
  set.load({root}, root);
  prove_settings s;
  s.set_ups.push_back(
      {"embedded client", {}, adapter::facts_of(client::client::facts()).value(), "", ""});
  for (const client::defect& d : client::all_defects()) s.of_clients.push_back(&d);
  s.suite.versions = {wire::protocol_version::v5, wire::protocol_version::v311};
  s.suite.plays = script::side::server;
  s.suite.slow = true;
  const proof p = prove(s, [&](const std::string& tag, const target::capability_values& can) {
    return client_scenarios(set, tag, can);
  });
  EXPECT_TRUE(p.complete()) << to_text(p);
}

TEST(prove, trace_rules_for_clients_cite_statements_that_exist) {
  std::vector<diagnostic> problems;
  const auto known =
      script::catalogue::load(std::string(MQTTSPEC_SOURCE_DIR) + "/cases/statements", problems);
  for (const oracle::rule_description& r : oracle::all_client_rules()) {
    for (const oracle::statement& cited : r.statements) {
      if (cited.id == "format") continue;
      EXPECT_NE(known.find(cited.version, cited.id), nullptr) << r.name << oracle::print(cited);
    }
  }
  for (const client::defect& d : client::all_defects()) {
    for (const auto one : planted(d).statements()) {
      if (one == broker::format_of_311) continue;
      const auto version =
          one.starts_with("v5:") ? wire::protocol_version::v5 : wire::protocol_version::v311;
      EXPECT_NE(known.find(version, std::string(one.substr(one.find(':') + 1))), nullptr)
          << d.name << " " << one;
    }
  }
}

}  // namespace
}  // namespace mqttspec::prove

// What the cases of cases/profile measure on the embedded broker, with settings and defects that
// are known: a measurement that is wrong shows here.

#include "results/profile.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/rules.h"
#include "profile/measure.h"
#include "script/expander.h"
#include "script/library.h"
#include "suite/cases.h"

namespace mqttspec::suite {
namespace {

using namespace std::chrono_literals;
using results::measured_window;
using results::session_profile;

const std::string root = MQTTSPEC_SOURCE_DIR "/cases";

session_profile profile_of(const broker::broker_options& broker = {},
                           const model::rules* rules = nullptr) {
  script::file_set files;
  files.load({root + "/profile"}, root);
  script::expand_options options;
  options.versions = {wire::protocol_version::v5, wire::protocol_version::v311};
  options.run_tag = "t";
  session_profile out;
  for (const script::scenario& s : script::expand(files, options).scenarios) {
    profile::measure(simulate({&s, 0}, {}, {.broker = broker, .rules = rules}), out);
  }
  results::sort_profile(out);
  return out;
}

std::string value_of(const session_profile& p, std::string_view name, std::string_view version) {
  for (const results::measured_fact& f : p.facts) {
    if (f.name == name && f.version == version) return f.value;
  }
  return "not measured";
}

void expect_both(const session_profile& p, std::string_view name, std::string_view value) {
  for (const char* version : {"5", "3.1.1"}) {
    EXPECT_EQ(value_of(p, name, version), value) << name << " of " << version;
  }
}

const measured_window* window_of(const session_profile& p, std::string_view name, duration asked) {
  const auto found = std::find_if(p.windows.begin(), p.windows.end(), [&](const auto& w) {
    return w.name == name && w.interval == asked;
  });
  return found == p.windows.end() ? nullptr : &*found;
}

// |is| lies in |at|, or up to |wide| behind it: probes have gaps between them.
void expect_about(const std::optional<duration>& is, duration at, duration wide, const char* what) {
  ASSERT_TRUE(is) << what;
  EXPECT_GE(*is, at) << what << ": " << print_duration(*is);
  EXPECT_LE(*is, at + wide) << what << ": " << print_duration(*is);
}

TEST(profile, tells_the_settings_of_a_broker) {
  const session_profile p = profile_of();
  expect_both(p, "queue_limit", "1000");
  expect_both(p, "queue_overflow", "drop-newest");
  expect_both(p, "qos0_queued", "false");
  expect_both(p, "inflight_window", "more than 1104");
  expect_both(p, "qos2_forwarded_at", "PUBLISH");
  expect_both(p, "sessions_survive_restart", "true");
  expect_both(p, "queue_survives_restart", "true");
  expect_both(p, "retained_survive_restart", "true");
  expect_both(p, "sessions_survive_kill", "true");
}

TEST(profile, tells_other_settings) {
  broker::broker_options b;
  b.queue_limit = 8;
  b.overflow = broker::overflow_policy::drop_oldest;
  b.qos0_queued = true;
  b.inflight_window = 5;
  b.qos2_forwarded_at_pubrel = true;
  b.sessions_survive_restart = false;
  b.v311_session_expiry = 4;
  const session_profile p = profile_of(b);
  expect_both(p, "queue_limit", "8");
  expect_both(p, "queue_overflow", "drop-oldest");
  expect_both(p, "qos0_queued", "true");
  expect_both(p, "inflight_window", "5");
  expect_both(p, "qos2_forwarded_at", "PUBREL");
  expect_both(p, "sessions_survive_restart", "false");
  expect_both(p, "queue_survives_kill", "false");
  const measured_window* w = window_of(p, "v311_session_expiry", 0s);
  ASSERT_NE(w, nullptr);
  expect_about(w->never_before, 4s, 300ms, "never before");
  expect_about(w->always_after, 3700ms, 300ms, "always after");
}

TEST(profile, tells_a_session_that_ends_while_its_queue_fills) {
  model::rules r = model::sound_rules();
  r.session_end = [](const model::end_facts& f) { return f.closed_at + 5ms; };
  expect_both(profile_of({}, &r), "queue_overflow", "disconnect");
  // A broker that keeps no session at all shows nothing about queues.
  r.session_ends_at_close = [](const model::end_facts&) { return true; };
  expect_both(profile_of({}, &r), "queue_overflow", "not measured");
}

TEST(profile, finds_limits_above_a_thousand_by_the_slow_case) {
  broker::broker_options b;
  b.queue_limit = 8192;
  EXPECT_EQ(value_of(profile_of(b), "queue_limit", "5"), "8192");
  b.queue_limit = 100'000;
  EXPECT_EQ(value_of(profile_of(b), "queue_limit", "5"), "more than 10400");
}

TEST(profile, measures_when_sessions_and_wills_are_let_go) {
  const session_profile p = profile_of();
  const measured_window* expiry = window_of(p, "session_expiry", 3s);
  ASSERT_NE(expiry, nullptr);
  EXPECT_EQ(expiry->probes, 108u);
  EXPECT_EQ(expiry->from.size(), 4u);
  // The embedded broker is punctual; between two probes of a row lie 150 ms.
  expect_about(expiry->never_before, 3s, 160ms, "never before");
  expect_about(expiry->always_after, 2840ms, 160ms, "always after");
  const measured_window* will = window_of(p, "will_delay", 2s);
  ASSERT_NE(will, nullptr);
  EXPECT_EQ(will->gone, 16u);
  expect_about(will->never_before, 2s, 1ms, "first will");
  expect_about(will->always_after, 2s, 1ms, "last will");
}

TEST(profile, measures_a_broker_that_looks_once_a_second) {
  model::rules r = model::sound_rules();
  r.session_end = [](const model::end_facts& f) {
    const instant due = model::sound_rules().session_end(f);
    if (due == never) return due;
    return instant(std::chrono::ceil<std::chrono::seconds>(due.time_since_epoch()));
  };
  const session_profile p = profile_of({}, &r);
  const measured_window* expiry = window_of(p, "session_expiry", 3s);
  ASSERT_NE(expiry, nullptr);
  // Each row closes its sessions at another fraction of the second: 990, 740, 490 and 240 ms late.
  expect_about(expiry->never_before, 3200ms, 200ms, "never before");
  expect_about(expiry->always_after, 3800ms, 200ms, "always after");
}

TEST(profile, sees_what_comes_too_early_too_late_or_never) {
  model::rules r = model::sound_rules();
  r.session_end = [](const model::end_facts& f) {
    const instant due = model::sound_rules().session_end(f);
    return due == never ? due : due - 1s;
  };
  r.will_delay = [](const model::will_facts& f) { return model::sound_rules().will_delay(f) + 4s; };
  const session_profile wrong = profile_of({}, &r);
  expect_about(window_of(wrong, "session_expiry", 3s)->never_before, 2s, 160ms, "early");
  expect_about(window_of(wrong, "will_delay", 2s)->never_before, 6s, 1ms, "late");

  r.session_end = [](const model::end_facts&) { return never; };
  r.will_delay = [](const model::will_facts&) -> duration { return 1h; };
  const session_profile lasting = profile_of({}, &r);
  const measured_window* expiry = window_of(lasting, "session_expiry", 3s);
  ASSERT_NE(expiry, nullptr);
  EXPECT_EQ(expiry->gone, 0u);
  EXPECT_FALSE(expiry->never_before);
  EXPECT_GE(expiry->probed_until, 10s);
  EXPECT_TRUE(results::window_sentence(*expiry).starts_with("never in 1"));
  const measured_window* will = window_of(lasting, "will_delay", 2s);
  ASSERT_NE(will, nullptr);
  EXPECT_EQ(will->probes, 16u);
  EXPECT_EQ(will->gone, 0u);
}

TEST(profile, can_stand_in_a_target_file_and_be_compared_with_one) {
  broker::broker_options b;
  b.queue_limit = 8;
  const session_profile p = profile_of(b);
  const auto lines = results::target_file_lines(p);
  EXPECT_EQ(lines.front(), "queue_limit = 8");
  EXPECT_NE(std::find(lines.begin(), lines.end(), "queue_overflow = \"drop-newest\""), lines.end());
  // "more than 1104" is no limit.
  for (const std::string& line : lines) EXPECT_EQ(line.find("inflight"), std::string::npos);
  results::target_facts declared;
  declared.declared = {{"queue_limit", "1000"}, {"qos0_queued", "false"}};
  EXPECT_EQ(results::contradictions(p, declared),
            std::vector<std::string>{"queue_limit: declared 1000, measured 8 (MQTT 5, 3.1.1)"});
}

}  // namespace
}  // namespace mqttspec::suite

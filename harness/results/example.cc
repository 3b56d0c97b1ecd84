#include "results/example.h"

namespace mqttspec::results {

using namespace std::chrono_literals;

namespace {

case_result base_case(std::string path, std::string name, std::string version) {
  case_result c;
  c.path = path + "/" + name;
  c.name = std::move(name);
  c.version = version;
  c.id = c.path + (version == "5" ? "[v5]" : "[v311]");
  c.title = "what the case is about";
  c.file = "cases/" + path + ".mqs";
  c.line = 3;
  c.level = "must";
  c.outcome = verdict::pass;
  c.started = 10ms;
  c.took = 2ms;
  return c;
}

case_result failing_case() {
  case_result c = base_case("queue/order", "queued-qos1-survives-reconnect", "5");
  c.title = "QoS 1 messages wait for an absent subscriber and arrive in order on resume";
  c.purposes = {"S-Q-01", "S-Q-05"};
  c.tags = {"queue"};
  c.outcome = verdict::fail;
  c.expected = false;
  c.warnings = {"sub: 7 packets were left unread"};
  const statement_check order{"v5", "MQTT-4.6.0-6",
                              "messages of one topic and QoS from one publisher keep their order",
                              check_outcome::violated};
  c.statements = {
      {"v5", "MQTT-3.2.2-3", "Session Present tells of a stored session", check_outcome::checked},
      order};
  failure f;
  f.faults = {"PUBLISH.payload: expected \"m1\", got \"m2\"", "PUBLISH.dup: expected 0, got 1"};
  f.message = f.faults[0] + "\n" + f.faults[1];
  f.deviations = {{"PUBLISH.payload", "\"m1\"", "\"m2\""}, {"PUBLISH.dup", "0", "1"}};
  f.client = "sub";
  f.step = "the session resumes; all eight arrive, in order";
  f.expected = "sub < PUBLISH topic={topic} qos=1 payload=\"m{n}\" id as pid within 2s";
  f.actual = "PUBLISH topic=\"t48c7/queue\" qos=1 dup=1 retain=0 id=2 payload=\"m2\"";
  f.loop = "n=1";
  f.where = {"cases/queue/order.mqs", 30, 37, 14};
  f.source_line =
      "  sub < PUBLISH topic={topic} qos=1 payload=\"m{n}\" id as pid within 2s   "
      "@v5:MQTT-4.6.0-6";
  f.statements = {order};
  c.fault = f;
  c.packets = {
      {"pub", 500us, trace_direction::sent, "CONNECT client_id=\"t48c7-pub\" clean_start=1",
       "10 0c", 14, false},
      {"sub", 1ms, trace_direction::sent,
       "CONNECT client_id=\"t48c7-sub\" clean_start=0 session_expiry_interval=300", "10 1c", 30,
       false},
      {"sub", 1900us, trace_direction::received,
       "CONNACK session_present=1 reason=success receive_maximum=1024", "20 06", 8, false},
      {"sub", 2ms, trace_direction::received,
       "PUBLISH topic=\"t48c7/queue\" qos=1 dup=1 retain=0 id=2 payload=\"m2\"", "3a 10", 18, true},
      {"sub", 2100us, trace_direction::event, "close (reset)", "", 0, false},
  };
  return c;
}

}  // namespace

run_results example_run() {
  run_results r;
  r.tool_version = "0.1.0";
  r.catalogue_version = "1";
  r.started_at = "2026-01-02T03:04:05Z";
  r.command = {"--broker", "127.0.0.1:1883", "--slack", "2s"};
  r.target = {"mosquitto",
              "127.0.0.1:1883",
              {"5", "3.1.1"},
              {{"queue_limit", "1000"}},
              {{"receive_maximum", "20"}}};
  r.process = {"launch 1883 <here>",
               "was ended by signal 11 (Segmentation fault)",
               false,
               std::nullopt,
               11,
               {"1700000000: mosquitto starting", "assertion <b>failed</b>: \\x1b[31m"}};
  r.seed = 7;
  r.took = 1500ms;
  r.profile.facts = {{"queue_limit", "5", "1000", "of 1104 messages 1000 were kept",
                      "profile/queue/queue-limit[v5]"},
                     {"queue_overflow", "5", "drop-newest", "the last 104 are missing",
                      "profile/queue/queue-limit[v5]"},
                     {"queue_limit", "3.1.1", "1000", "of 1104 messages 1000 were kept",
                      "profile/queue/queue-limit[v311]"},
                     {"qos2_forwarded_at", "5", "PUBREL", "the subscriber gets it at the PUBREL",
                      "profile/delivery/qos2-forwarding[v5]"}};
  r.profile.windows = {{"session_expiry",
                        "5",
                        3s,
                        112,
                        80,
                        11s,
                        3020ms,
                        3980ms,
                        {"profile/time/session-expiry-window[v5,phase=10ms]"}},
                       {"will_delay",
                        "5",
                        2s,
                        16,
                        16,
                        3100ms,
                        2100ms,
                        3050ms,
                        {"profile/time/will-delay-window[v5]"}}};
  r.problems = {"baseline.txt:3: no case matches 'gone/**'"};

  case_result note = base_case("connect/flags", "reserved-flag", "3.1.1");
  note.outcome = verdict::pass_note;
  note.row = "bit=0";
  note.id = note.path + "[v311,bit=0]";
  note.notes = {"closed without DISCONNECT"};
  case_result skip = base_case("limits/queue", "cap-of-hundred", "5");
  skip.outcome = verdict::skip;
  skip.reason = "needs queue_limit >= 100; the target does not declare it";
  case_result late = base_case("session/expiry", "ends-in-time", "5");
  late.outcome = verdict::inconclusive;
  late.reason = "the harness stood still for 80ms in a window of 50ms";
  case_result lost = base_case("session/expiry", "survives-loss", "5");
  lost.outcome = verdict::error;
  lost.reason = "connection refused";
  lost.expected = false;
  case_result known = failing_case();
  known.name = "known-failure";
  known.path = "queue/order/known-failure";
  known.id = "queue/order/known-failure[v5]";
  known.expected = true;
  known.baseline_reason = "https://example.org/issue/1";
  case_result again = base_case("connect/flags", "accepts-all", "5");
  again.repetition = 1;
  case_result surprise = base_case("connect/flags", "now-passes", "5");
  surprise.expected = false;
  surprise.baseline_reason = "broken since 1.0";

  r.cases = {base_case("connect/flags", "accepts-all", "5"),
             again,
             surprise,
             note,
             skip,
             known,
             failing_case(),
             late,
             lost};
  return r;
}

}  // namespace mqttspec::results

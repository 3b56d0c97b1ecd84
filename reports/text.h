#pragma once
// The console text of results; JUnit shows the same text. What others wrote is made visible in it:
// the only control characters of these texts are new lines and, with |colour|, ours.

#include <string>
#include <string_view>

#include "results/results.h"

namespace mqttspec::reports {

// "trace rule connack-comes-once: 0.003 sub: a second CONNACK came [v5:MQTT-3.2.0-2]"
std::string finding_line(const results::finding& f);

// "mqttspec run --broker 127.0.0.1:1883"
std::string command_line(const results::run_results& run);

// "mqttspec run --broker 127.0.0.1:1883 'queue/order/...[v5]' --trace"
std::string run_again(const results::run_results& run, const results::case_result& c);

struct text_options {
  bool colour = false;
  bool whole_trace = false;  // all packets, instead of those that matter
};

// One case that did not simply pass:
//
//   FAIL queue/order/queued-qos1-survives-reconnect[v5]  2 ms
//     error: PUBLISH.payload: expected "m1", got "m2"
//       --> cases/queue/order.mqs:30:48
//        |
//     30 |   sub < PUBLISH topic={topic} ...
//        |                 ^^^^^^^^^^^^^ got "m2"   (n=1)
//        = violates MQTT-4.6.0-6 (MQTT 5): messages of one topic and QoS ...
//
//     packets of all clients:
//           0.001 pub > CONNECT client_id="t48c7-pub" clean_start=1
//       *   0.002 sub < PUBLISH topic="t48c7/queue" qos=1 dup=1 retain=0 id=2 payload="m2"
//     run again: mqttspec run --broker 127.0.0.1:1883 'queue/order/...[v5]' --trace
std::string case_text(const results::run_results& run, const results::case_result& c,
                      const text_options& options = {});

// "2 ms", "1.5 s", "12.3 s"
std::string took_text(duration took);

// "PASS session/...[v5]  2 ms"
std::string case_line(const results::case_result& c, bool colour = false);

// The packets and events of one case, a line each.
std::string trace_text(const results::case_result& c);

// "PASS", "KNOWN FAIL", "UNEXPECTED PASS", ...: the verdict as judged against the baseline.
std::string outcome_label(const results::case_result& c);

// Why so much fails, counts, skips by reason (most frequent first), problems, and why the results
// are void. |list_failures|: names each case that failed, too.
std::string summary_text(const results::run_results& run, bool colour = false,
                         bool list_failures = false);

}  // namespace mqttspec::reports

// Does the client library work at all, under its adapter?

#include <fmt/format.h>

#include "script/expander.h"
#include "script/library.h"
#include "suite/sanity.h"

namespace mqttspec::suite {

namespace {

using results::verdict;

constexpr const char* sanity_text = R"(scenario sanity
  title    "a client library connects, subscribes, delivers, publishes and leaves"
  plays    server
  versions 5 3.1.1
  clients  c
  let      topic = "{ns}/sanity"

  step "connect"
           c asks connect client_id="{ns}-c" clean_start=1 keep_alive=60
    [v5]   c > CONNECT client_id="{ns}-c" clean_start=1
    [v311] c > CONNECT client_id="{ns}-c" clean_session=1
           c < CONNACK session_present=0
           c tells connected

  step "subscribe, and get a message"
           c asks subscribe filter={topic} max_qos=1
           c > SUBSCRIBE filter={topic} max_qos=1 id as sid
           c < SUBACK id={sid} reasons=[1]
           c < PUBLISH topic={topic} qos=1 id=7 payload="one"
           c > PUBACK id=7
           c tells message topic={topic} payload="one"

  step "publish"
           c asks publish topic={topic} qos=1 payload="two"
           c > PUBLISH topic={topic} qos=1 payload="two" id as pid
           c < PUBACK id={pid}

  step "leave"
           c asks disconnect
           c > DISCONNECT
)";

}  // namespace

sanity_outcome check_client_sanity(play::driver& on, const std::string& run_tag,
                                   const std::vector<wire::protocol_version>& versions,
                                   const play::run_options& options) {
  script::file_set files;
  files.add(std::string(results::sanity_file), sanity_text);
  script::expand_options expand;
  expand.versions = versions;
  expand.run_tag = run_tag;
  expand.plays = script::side::server;
  const std::vector<script::scenario> scenarios = script::expand(files, expand).scenarios;
  batch b;
  b.options = options;
  b.options.trace_rules = false;
  b.options.patience = duration::zero();
  b.at_once = 1;
  for (const script::scenario& s : scenarios) b.jobs.push_back({&s, 0});
  sanity_outcome out;
  std::size_t seen = 0;
  play_cases(on, b, [&](const verdicts::opinion& o) {
    const results::case_result& c = o.result;
    ++seen;
    if (c.outcome == verdict::pass || c.outcome == verdict::pass_note) return true;
    out.unserved[c.version] = c.fault ? c.fault->message : c.reason;
    return false;
  });
  if (out.unserved.empty() && seen != versions.size()) {
    out.unserved[std::string(wire::version_name(versions.front()))] =
        on.lost().empty() ? "it did not end" : on.lost();
  }
  return out;
}

}  // namespace mqttspec::suite

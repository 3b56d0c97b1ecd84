#include "suite/sanity.h"

#include <fmt/format.h>

#include "script/expander.h"
#include "script/library.h"

namespace mqttspec::suite {

namespace {

using results::case_result;
using results::verdict;

constexpr const char* sanity_text = R"(scenario sanity
  title    "a client connects, subscribes, gets its own messages and leaves"
  versions 5 3.1.1
  clients  c
  let      topic = "{ns}/sanity"

  step "connect"
    [v5]   c > CONNECT client_id="{ns}-c" clean_start=1 keep_alive=60 session_expiry_interval=4294967295
    [v311] c > CONNECT client_id="{ns}-c" clean_session=1
           c < CONNACK session_present=0

  step "subscribe"
           c > SUBSCRIBE id=1 filter={topic} max_qos=1
           c < SUBACK id=1

  step "publish to self with QoS 0"
           c > PUBLISH topic={topic} qos=0 payload="zero"
           c < PUBLISH topic={topic} payload="zero"

  step "publish to self with QoS 1"
           c > PUBLISH id=2 topic={topic} qos=1 payload="one"
           c < all of
             PUBACK id=2
             PUBLISH topic={topic} qos=1 payload="one" id as taken
           c > PUBACK id={taken}

  step "leave"
    [v5]   c > DISCONNECT session_expiry_interval=0
    [v311] c > DISCONNECT
           c > shutdown
           c < close

scenario assigned-client-id
  title    "the server assigns a Client Identifier"
  versions 5
  level    info
  clients  c
  step "connect without one"
    c > CONNECT client_id="" clean_start=1
    c < CONNACK assigned_client_identifier present
    c > DISCONNECT
    c > shutdown
    c < close

scenario refuses-wrong-credentials
  title    "the server refuses wrong credentials"
  versions 5 3.1.1
  level    info
  clients  c
  step "connect with them"
    [v5]   c > CONNECT client_id="{ns}-w" clean_start=1 user_name="{ns}-nobody" password="wrong"
    [v311] c > CONNECT client_id="{ns}-w" clean_session=1 user_name="{ns}-nobody" password="wrong"
           c < CONNACK reason in (bad_user_name_or_password, not_authorized)
           c < close
)";

constexpr std::string_view assigned_name = "assigned-client-id";
constexpr std::string_view refuses_name = "refuses-wrong-credentials";

std::optional<wire::packet> connack_in(const case_result& c) {
  for (const trace::entry& e : c.trace) {
    if (e.way != trace::direction::received) continue;
    auto p = trace::packet_of(e);
    return p && p->type == wire::packet_type::connack ? std::move(p) : std::nullopt;
  }
  return std::nullopt;
}

std::string failure_of(const case_result& c) {
  std::string text = c.reason;
  if (c.fault) {
    text = c.fault->message;
    if (!c.fault->step.empty()) text = fmt::format("step \"{}\": {}", c.fault->step, text);
  }
  return fmt::format("MQTT {}: {}", c.version,
                     text.empty() ? std::string(results::verdict_name(c.outcome)) : text);
}

}  // namespace

std::vector<script::scenario> sanity_scenarios(
    const std::string& run_tag, const std::vector<wire::protocol_version>& versions) {
  script::file_set files;
  files.add("sanity.mqs", sanity_text);
  script::expand_options options;
  options.versions = versions;
  options.run_tag = run_tag;
  return script::expand(files, options).scenarios;
}

sanity_outcome check_sanity(drive::executor& on, const std::string& run_tag,
                            const std::vector<wire::protocol_version>& versions,
                            const play::run_options& options) {
  const std::vector<script::scenario> scenarios = sanity_scenarios(run_tag, versions);
  drive::batch b;
  b.options = options;
  b.options.trace_passed = true;
  // Whether cases can be judged is asked here, not whether the broker is right.
  b.options.trace_rules = false;
  b.at_once = 1;
  for (const script::scenario& s : scenarios) b.jobs.push_back({&s, 0});

  sanity_outcome out;
  // What a server that says nothing can do; the CONNACK of 5.0 tells more.
  out.learned = target::learned_from(
      wire::make(wire::packet_type::connack, wire::protocol_version::v5), wire::never_expires);
  std::size_t seen = 0;
  on.run(b, [&](const case_result& c) {
    if (c.name == assigned_name) {
      const auto connack = connack_in(c);
      out.learned["assigned_client_ids"] =
          connack && wire::find_property(connack->properties,
                                         wire::property_id::assigned_client_identifier) != nullptr;
      return true;
    }
    if (c.name == refuses_name) {
      out.learned["auth"] = c.outcome == verdict::pass;
      return true;
    }
    ++seen;
    if (c.outcome != verdict::pass && c.outcome != verdict::pass_note) {
      out.failure = failure_of(c);
      return false;
    }
    if (c.version == "5") {
      if (const auto connack = connack_in(c)) {
        for (const auto& [name, value] : target::learned_from(*connack, wire::never_expires)) {
          out.learned[name] = value;
        }
      }
    }
    return true;
  });
  if (out.failure.empty() && seen != versions.size()) {
    out.failure = on.lost().empty() ? "it did not end" : on.lost();
  }
  return out;
}

}  // namespace mqttspec::suite

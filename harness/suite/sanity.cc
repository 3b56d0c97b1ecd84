#include "suite/sanity.h"

#include <fmt/format.h>

#include <algorithm>

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
           c > SUBSCRIBE id=1 filter={topic} max_qos=0
           c < SUBACK id=1

  step "publish to self with QoS 0"
           c > PUBLISH topic={topic} qos=0 payload="zero"
           c < PUBLISH topic={topic} payload="zero"

  step "leave"
    [v5]   c > DISCONNECT session_expiry_interval=0
    [v311] c > DISCONNECT
           c > shutdown
           c < close

scenario sanity-qos1
  title    "a client gets its own message of QoS 1"
  versions 5 3.1.1
  clients  c
  let      topic = "{ns}/sanity"

  step "connect and subscribe"
    [v5]   c > CONNECT client_id="{ns}-c" clean_start=1 keep_alive=60
    [v311] c > CONNECT client_id="{ns}-c" clean_session=1 keep_alive=60
           c < CONNACK session_present=0
           c > SUBSCRIBE id=1 filter={topic} max_qos=1
           c < SUBACK id=1

  step "publish to self with QoS 1"
           c > PUBLISH id=2 topic={topic} qos=1 payload="one"
           c < all of
             PUBACK id=2
             PUBLISH topic={topic} qos=1 payload="one" id as taken
           c > PUBACK id={taken}

scenario in-flight-window
  title    "how many messages the server has in flight to a client that acknowledges none"
  versions 5 3.1.1
  level    info
  clients  c p
  let      topic = "{ns}/window"

  step "eight messages"
    [v5]   c > CONNECT client_id="{ns}-c" clean_start=1 keep_alive=60
    [v311] c > CONNECT client_id="{ns}-c" clean_session=1 keep_alive=60
           c < CONNACK session_present=0
           c > SUBSCRIBE id=1 filter={topic} max_qos=1
           c < SUBACK id=1 reasons=[1]
    [v5]   p > CONNECT client_id="{ns}-p" clean_start=1 keep_alive=60
    [v311] p > CONNECT client_id="{ns}-p" clean_session=1 keep_alive=60
           p < CONNACK session_present=0
           for n in 1..8
             p > PUBLISH id={n} topic={topic} qos=1 payload="m{n}"
             p < PUBACK id={n}
  step "some of them come, and no more"
           for n in 1..8
             c < any of within 1s
               PUBLISH topic={topic} qos=1
               nothing ends "fewer than eight"

scenario grants
  title    "what the server grants: QoS 2, and an interval of a second"
  versions 5 3.1.1
  level    info
  clients  c
  step "ask for them"
    [v5]   c > CONNECT client_id="{ns}-g" clean_start=1 keep_alive=60 session_expiry_interval=1
    [v311] c > CONNECT client_id="{ns}-g" clean_session=1 keep_alive=60
           c < CONNACK session_present=0
           c > SUBSCRIBE id=1 filter="{ns}/granted" max_qos=2
           c < SUBACK id=1
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

constexpr std::string_view sanity_name = "sanity";
constexpr std::string_view qos1_name = "sanity-qos1";
constexpr std::string_view grants_name = "grants";
constexpr std::string_view window_name = "in-flight-window";
constexpr std::uint32_t window_of_interest = 8;  // more than any case needs
constexpr std::string_view assigned_name = "assigned-client-id";
constexpr std::string_view refuses_name = "refuses-wrong-credentials";

std::optional<wire::packet> first_in(const case_result& c, wire::packet_type type) {
  for (const trace::entry& e : c.trace) {
    if (e.way != trace::direction::received) continue;
    auto p = trace::packet_of(e);
    if (p && p->type == type) return p;
  }
  return std::nullopt;
}

std::optional<wire::packet> connack_in(const case_result& c) {
  return first_in(c, wire::packet_type::connack);
}

// How much of what was asked for: QoS 2 and an interval of a second.
void learn_grants(const case_result& c, target::capability_values& into) {
  const auto suback = first_in(c, wire::packet_type::suback);
  if (suback && suback->reasons.size() == 1 && suback->reasons.front() <= 2) {
    const std::int64_t granted = suback->reasons.front();
    into["granted_qos"] = std::min(into.try_emplace("granted_qos", granted).first->second, granted);
  }
  const auto connack = connack_in(c);
  const auto told =
      connack ? wire::find_number(connack->properties, wire::property_id::session_expiry_interval)
              : std::nullopt;
  if (told && *told > 0) into["session_expiry_min"] = *told;
}

std::int64_t publishes_in(const case_result& c) {
  return std::count_if(c.trace.begin(), c.trace.end(), [](const trace::entry& e) {
    const auto p =
        e.way == trace::direction::received ? trace::packet_of(e) : std::optional<wire::packet>();
    return p && p->type == wire::packet_type::publish;
  });
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

sanity_outcome check_sanity(play::driver& on, const std::string& run_tag,
                            const std::vector<wire::protocol_version>& versions,
                            const play::run_options& options) {
  const std::vector<script::scenario> scenarios = sanity_scenarios(run_tag, versions);
  batch b;
  b.options = options;
  b.options.trace_passed = true;
  // Whether cases can be judged is asked here, not whether the broker is right.
  b.options.trace_rules = false;
  b.options.patience = duration::zero();
  b.at_once = 1;
  for (const script::scenario& s : scenarios) b.jobs.push_back({&s, 0});

  sanity_outcome out;
  // What a server that says nothing can do; the CONNACK of 5.0 tells more.
  out.learned = target::learned_from(
      wire::make(wire::packet_type::connack, wire::protocol_version::v5), wire::never_expires);
  // What the broker did, which says more than what it announced; the cases end in any order.
  target::capability_values shown;
  std::string without_qos1;  // not empty: QoS 1 does not work, and how that was seen
  std::size_t seen = 0;
  play_cases(on, b, [&](const verdicts::opinion& o) {
    const case_result& c = o.result;
    if (c.name == assigned_name) {
      const auto connack = connack_in(c);
      out.learned["assigned_client_ids"] =
          connack && wire::find_property(connack->properties,
                                         wire::property_id::assigned_client_identifier) != nullptr;
      return true;
    }
    if (c.name == grants_name) {
      learn_grants(c, shown);
      return true;
    }
    if (c.name == window_name) {
      const std::int64_t came = publishes_in(c);
      if (c.outcome == verdict::pass_note && came > 0 && came < window_of_interest) {
        auto& window = shown.try_emplace("inflight_window", came).first->second;
        window = std::min(window, came);
      }
      return true;
    }
    if (c.name == refuses_name) {
      out.learned["auth"] = c.outcome == verdict::pass;
      return true;
    }
    if (c.name == sanity_name) ++seen;
    const bool failed = c.outcome != verdict::pass && c.outcome != verdict::pass_note;
    if (failed && c.name == qos1_name) {
      without_qos1 = failure_of(c);
      return true;
    }
    if (failed) {
      out.failure = failure_of(c);
      return false;
    }
    if (c.version == "5" && c.name == sanity_name) {
      if (const auto connack = connack_in(c)) {
        for (const auto& [name, value] : target::learned_from(*connack, wire::never_expires)) {
          out.learned[name] = value;
        }
      }
    }
    return true;
  });
  for (const auto& [name, value] : shown) out.learned[name] = value;
  if (out.failure.empty() && out.learned["maximum_qos"] != 0) out.failure = without_qos1;
  if (out.failure.empty() && seen != versions.size()) {
    out.failure = on.lost().empty() ? "it did not end" : on.lost();
  }
  return out;
}

}  // namespace mqttspec::suite

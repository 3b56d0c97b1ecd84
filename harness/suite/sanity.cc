#include "suite/sanity.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "script/expander.h"
#include "script/library.h"
#include "suite/obstacle.h"
#include "suite/slips.h"

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
           c < CONNACK session_present=0   @v5:MQTT-3.2.2-2 @v311:MQTT-3.2.2-1

  step "subscribe"
           c > SUBSCRIBE id=1 filter={topic} max_qos=0
           c < SUBACK id=1   @v5:MQTT-3.8.4-1 @v5:MQTT-3.8.4-2 @v311:MQTT-3.8.4-1 @v311:MQTT-3.8.4-2

  step "publish to self with QoS 0"
           c > PUBLISH topic={topic} qos=0 payload="zero"
           c < PUBLISH topic={topic} payload="zero"   @v5:MQTT-4.5.0-1 @v311:MQTT-4.5.0-1

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
             PUBACK id=2   @v5:MQTT-4.3.2-4 @v311:MQTT-4.3.2-2
             PUBLISH topic={topic} qos=1 payload="one" id as taken   @v5:MQTT-4.5.0-1 @v311:MQTT-4.5.0-1
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

scenario all-messages-come
  title    "a client that acknowledges eight messages gets them all"
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
  step "they come one after the other"
           for n in 1..8
             c < PUBLISH topic={topic} qos=1 id as taken
             c > PUBACK id={taken}

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
constexpr std::string_view grants_name = "grants";
constexpr std::string_view window_name = "in-flight-window";
constexpr std::string_view all_come_name = "all-messages-come";
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

// The shortest time from what was sent to what came then.
duration round_trip_in(const case_result& c) {
  duration least = duration::max();
  std::optional<duration> sent;
  for (const trace::entry& e : c.trace) {
    if (e.way == trace::direction::sent) sent = e.at;
    if (e.way != trace::direction::received || !sent) continue;
    least = std::min(least, e.at - *sent);
    sent.reset();
  }
  return least;
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

bool is_well(const case_result& c) {
  return c.outcome == verdict::pass || c.outcome == verdict::pass_note;
}

// A CONNACK came, in whatever state.
bool saw_connack(const case_result& c) {
  return std::any_of(c.trace.begin(), c.trace.end(), [](const trace::entry& e) {
    return e.way == trace::direction::received && !e.octets.empty() && e.octets[0] >> 4 == 2;
  });
}

// It broke what section 6 of the standards demands of WebSocket: there is a broker, then.
bool broke_below(const case_result& c) {
  return c.fault && std::any_of(c.fault->statements.begin(), c.fault->statements.end(),
                                [](const results::statement_check& s) {
                                  return s.id.starts_with("MQTT-6.0.0-");
                                });
}

// The server says that it does not speak this version, in the form of its own.
bool speaks_another(const case_result& c) {
  static const byte_buffer in_311 = {0x20, 0x02, 0x00, 0x01};
  const auto connack = connack_in(c);
  if (connack && connack->version == wire::protocol_version::v5 && connack->reason == 0x84) {
    return true;
  }
  return std::any_of(c.trace.begin(), c.trace.end(), [](const trace::entry& e) {
    return e.way == trace::direction::received && e.octets == in_311;
  });
}

// How far the first one got: whether there is a broker, and of which versions.
void take_first(verdicts::opinion o, sanity_outcome& out, const std::string& slip) {
  const case_result& c = o.result;
  const auto connack = connack_in(c);
  const bool in = connack && connack->reason == 0;
  if (in) {
    out.unserved.erase(c.version);
  } else {
    out.unserved[c.version] = failure_of(c) + slip;
  }
  if (c.version == "5" && in) {
    for (const auto& [name, value] : target::learned_from(*connack, wire::never_expires)) {
      out.learned[name] = value;
    }
  }
  const bool answered = saw_connack(c) || broke_below(c);
  if (!is_well(c) && (in || (answered && c.outcome == verdict::fail && !speaks_another(c)))) {
    out.wrong.push_back(std::move(o));
  }
}

// What only several scenarios tell together; by version.
struct half_known {
  std::map<std::string, std::int64_t> windows;  // messages that came unacknowledged
  std::set<std::string> all_come;               // when they are acknowledged
};

void take(verdicts::opinion o, sanity_outcome& out, half_known& seen, const std::string& slip) {
  const case_result& c = o.result;
  const auto connack = connack_in(c);
  const bool let_in = connack && connack->reason == 0;
  const bool refused = connack ? connack->reason != 0 : !saw_connack(c);
  if (c.name == sanity_name) {
    take_first(std::move(o), out, slip);
  } else if (c.name == assigned_name) {
    // A server may refuse such a client. One that takes it has to tell the identifier.
    if (c.outcome != verdict::error) out.learned["assigned_client_ids"] = !refused;
  } else if (c.name == refuses_name) {
    // With whatever answer: whether that is right is a question of the cases.
    if (c.outcome == verdict::error && !connack) return;
    std::int64_t& refuses = out.learned.try_emplace("auth", 0).first->second;
    if (!let_in) refuses = 1;
  } else if (c.name == grants_name) {
    learn_grants(c, out.learned);
  } else if (c.name == window_name) {
    const std::int64_t came = publishes_in(c);
    if (is_well(c) && came > 0 && came < window_of_interest) seen.windows[c.version] = came;
  } else if (c.name == all_come_name) {
    if (c.outcome == verdict::pass) seen.all_come.insert(c.version);
  } else if (!is_well(c) && out.learned["maximum_qos"] != 0) {
    out.wrong.push_back(std::move(o));
  }
}

}  // namespace

std::vector<script::scenario> sanity_scenarios(
    const std::string& run_tag, const std::vector<wire::protocol_version>& versions) {
  script::file_set files;
  files.add(std::string(results::sanity_file), sanity_text);
  script::expand_options options;
  options.versions = versions;
  options.run_tag = run_tag;
  return script::expand(files, options).scenarios;
}

sanity_outcome check_sanity(play::driver& on, const std::string& run_tag,
                            const std::vector<wire::protocol_version>& versions,
                            const play::run_options& options, std::size_t at_once, bool plain) {
  const std::vector<script::scenario> scenarios = sanity_scenarios(run_tag, versions);
  batch b;
  b.options = options;
  b.options.trace_passed = true;
  // The cases ask whether the broker is right.
  b.options.trace_rules = false;
  b.options.patience = duration::zero();
  b.at_once = at_once;

  sanity_outcome out;
  // What a server that says nothing can do; the CONNACK of 5.0 tells more.
  out.learned = target::learned_from(
      wire::make(wire::packet_type::connack, wire::protocol_version::v5), wire::never_expires);
  for (const auto v : versions) {
    out.unserved[std::string(wire::version_name(v))] =
        on.lost().empty() ? "it did not end" : on.lost();
  }
  half_known seen;
  duration nearest = duration::max();
  const auto play = [&](bool first) {
    b.jobs.clear();
    for (const script::scenario& s : scenarios) {
      const std::string version(wire::version_name(s.version));
      if ((s.name == sanity_name) == first && (first || !out.unserved.contains(version))) {
        b.jobs.push_back({&s, 0});
      }
    }
    play_cases(on, b, [&](verdicts::opinion o) {
      nearest = std::min(nearest, round_trip_in(o.result));
      const std::string slip = likely_slip(o.result, plain, options.user_name);
      take(std::move(o), out, seen, slip);
      return true;
    });
  };
  play(true);
  play(false);
  constexpr duration near = std::chrono::milliseconds(10);
  if (nearest >= near && nearest != duration::max()) {
    out.learned[round_trip_ms] = nearest / std::chrono::milliseconds(1);
  }
  // What does not come later either was not held back by a window.
  for (const auto& [version, window] : seen.windows) {
    std::int64_t& least = out.learned.at("inflight_window");
    if (seen.all_come.contains(version)) least = std::min(least, window);
  }
  return out;
}

}  // namespace mqttspec::suite

#include "profile/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "profile/packets.h"
#include "results/profile.h"
#include "wire/table.h"

namespace mqttspec::profile {

namespace {

using results::case_result;
using results::measured_fact;
using results::measured_window;
using results::session_profile;
using results::trace_direction;
using wire::packet_type;

constexpr auto sent = trace_direction::sent;
constexpr auto received = trace_direction::received;

// What one case is being read for, and what it has told so far.
struct reading {
  const case_result& c;
  std::vector<seen> packets;
  session_profile told;

  void fact(std::string name, std::string value, std::string detail) {
    told.facts.push_back({std::move(name), c.version, std::move(value), std::move(detail), c.id});
  }
  void flag(std::string name, bool value, std::string detail) {
    fact(std::move(name), value ? "true" : "false", std::move(detail));
  }
  measured_window& window(const char* name, duration interval) {
    if (told.windows.empty()) {
      measured_window& w = told.windows.emplace_back();
      w.name = name;
      w.version = c.version;
      w.interval = interval;
    }
    return told.windows.front();
  }
};

std::optional<duration> earlier(std::optional<duration> a, std::optional<duration> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}
std::optional<duration> later(std::optional<duration> a, std::optional<duration> b) {
  return a && b ? std::max(*a, *b) : a ? a : b;
}

// One thing that was probed: it had happened at |at| (an upper bound), or had not yet (a lower
// one).
void add_probe(measured_window& w, bool happened, duration at) {
  ++w.probes;
  w.probed_until = std::max(w.probed_until, at);
  if (happened) {
    ++w.gone;
    w.never_before = earlier(w.never_before, at);
  } else {
    w.always_after = later(w.always_after, at);
  }
}

// "batch.place" of eight to a batch, as cases/profile numbers its messages.
std::optional<std::size_t> number_of(std::string_view payload) {
  std::size_t batch = 0;
  std::size_t place = 0;
  const char* end = payload.data() + payload.size();
  const auto first = std::from_chars(payload.data(), end, batch);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, place);
  if (second.ec != std::errc() || second.ptr != end || batch == 0) return std::nullopt;
  return (batch - 1) * 8 + place;
}

// "1-20, 105-1104"
std::string ranges_of(const std::vector<std::size_t>& sorted) {
  constexpr std::size_t most = 4;
  std::string out;
  std::size_t ranges = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t j = i;
    while (j + 1 < sorted.size() && sorted[j + 1] == sorted[j] + 1) ++j;
    if (++ranges > most) return out + ", ...";
    if (!out.empty()) out += ", ";
    out += i == j ? fmt::format("{}", sorted[i]) : fmt::format("{}-{}", sorted[i], sorted[j]);
    i = j + 1;
  }
  return out;
}

std::string refusal_in(const std::vector<seen>& packets) {
  std::size_t answered = 0;
  for (const seen& s : packets) {
    if (s.client != "pub" || !s.is(received, packet_type::puback)) continue;
    ++answered;
    if (s.packet->reason >= 0x80) {
      return fmt::format("; PUBACK says {} from message {} on",
                         wire::reason_name(s.packet->type, s.packet->version, s.packet->reason),
                         answered);
    }
  }
  return {};
}

std::size_t count(const std::vector<seen>& packets, std::string_view client, trace_direction d,
                  packet_type type) {
  return static_cast<std::size_t>(std::count_if(packets.begin(), packets.end(), [&](const seen& s) {
    return s.client == client && s.is(d, type);
  }));
}

// The CONNACK of |client|'s last connection; nullptr: it had one only, or it was not answered.
const seen* second_connack(const std::vector<seen>& packets, std::string_view client) {
  const seen* last = nullptr;
  std::size_t connects = 0;
  for (const seen& s : packets) {
    if (s.client != client) continue;
    if (s.is(sent, packet_type::connect)) {
      ++connects;
      last = nullptr;
    }
    if (s.is(received, packet_type::connack)) last = &s;
  }
  return connects < 2 ? nullptr : last;
}

void read_queue(reading& r) {
  const seen* back = second_connack(r.packets, "sub");
  if (back == nullptr) return;
  const std::size_t all = count(r.packets, "pub", sent, packet_type::publish);
  if (all == 0) return;  // the control arm found no session
  if (!back->packet->session_present) {
    return r.fact("queue_overflow", "disconnect",
                  fmt::format("{} messages ended the session that they waited for", all));
  }
  std::vector<std::size_t> kept;
  for (const seen& s : r.packets) {
    if (s.client != "sub" || !s.is(received, packet_type::publish)) continue;
    if (const auto n = number_of(s.packet->payload)) kept.push_back(*n);
  }
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  if (kept.size() == all) {
    return r.fact("queue_limit", fmt::format("more than {}", all), "none of them was missing");
  }
  r.fact("queue_limit", fmt::format("{}", kept.size()),
         fmt::format("so many of {} messages were kept", all));
  if (kept.empty()) return;
  const std::string refusal = refusal_in(r.packets);
  const std::size_t missing = all - kept.size();
  if (kept.back() == kept.size()) {
    r.fact("queue_overflow", "drop-newest",
           fmt::format("the last {} are missing{}", missing, refusal));
  } else if (kept.front() == missing + 1 && kept.back() == all) {
    r.fact("queue_overflow", "drop-oldest",
           fmt::format("the first {} are missing{}", missing, refusal));
  } else {
    r.fact("queue_overflow", "other", fmt::format("kept were {}{}", ranges_of(kept), refusal));
  }
}

void read_qos0(reading& r) {
  if (second_connack(r.packets, "sub") == nullptr) return;
  for (const seen& s : r.packets) {
    if (s.client != "sub" || !s.is(received, packet_type::publish)) continue;
    const bool first = s.packet->payload == "m0";
    return r.flag("qos0_queued", first,
                  first ? "a QoS 0 message came before the QoS 1 message behind it"
                        : "of a QoS 0 message and a QoS 1 message the second came first");
  }
}

void read_inflight(reading& r) {
  const std::size_t all = count(r.packets, "pub", sent, packet_type::publish);
  const std::size_t came = count(r.packets, "sub", received, packet_type::publish);
  // The publisher has left: everything was taken.
  if (came == 0 || count(r.packets, "pub", sent, packet_type::disconnect) == 0) return;
  if (came == all) {
    r.fact("inflight_window", fmt::format("more than {}", all),
           "all came without an acknowledgement");
  } else {
    r.fact("inflight_window", fmt::format("{}", came),
           fmt::format("so many of {} messages came without an acknowledgement", all));
  }
}

void read_qos2(reading& r) {
  const auto place = [&](std::string_view client, trace_direction d, packet_type type) {
    return std::find_if(r.packets.begin(), r.packets.end(),
                        [&](const seen& s) { return s.client == client && s.is(d, type); });
  };
  const auto release = place("pub", sent, packet_type::pubrel);
  const auto came = place("sub", received, packet_type::publish);
  if (release == r.packets.end() || came == r.packets.end()) return;
  if (came < release) {
    r.fact("qos2_forwarded_at", "PUBLISH",
           "the subscriber had it before the publisher sent PUBREL");
  } else {
    r.fact("qos2_forwarded_at", "PUBREL", "half a second after PUBREC the subscriber had nothing");
  }
}

void read_overlap(reading& r) {
  std::string qos;
  std::size_t copies = 0;
  for (const seen& s : r.packets) {
    if (s.client != "sub" || !s.is(received, packet_type::publish)) continue;
    qos += fmt::format("{}{}", copies++ == 0 ? "" : " and ", s.packet->qos);
  }
  if (copies == 0) return;
  r.fact("overlapping_subscriptions", copies == 1 ? "one copy" : fmt::format("{} copies", copies),
         fmt::format("for filters of QoS 0 and 1 a message of QoS 1 came with QoS {}", qos));
}

// Sessions that were left, each of which was asked for once.
void read_sessions(reading& r, const char* name, duration interval) {
  struct session {
    duration goodbye{};
    duration closed{};
    duration asked{};
    bool probed = false;
  };
  std::map<std::string, session> sessions;
  session* current = nullptr;
  for (const seen& s : r.packets) {
    if (s.is(sent, packet_type::connect)) {
      const auto [at, fresh] = sessions.try_emplace(s.packet->client_id);
      current = &at->second;
      if (!fresh) {
        current->probed = true;
        current->asked = s.at;
      }
    } else if (current == nullptr) {
      continue;
    } else if (s.is(sent, packet_type::disconnect) && !current->probed) {
      current->goodbye = s.at;
    } else if (s.closed_by_broker() && !current->probed) {
      current->closed = s.at;
    } else if (s.is(received, packet_type::connack) && current->probed) {
      const bool gone = !s.packet->session_present;
      add_probe(r.window(name, interval), gone,
                gone ? s.at - current->goodbye : current->asked - current->closed);
    }
  }
}

void read_wills(reading& r, duration delay) {
  struct end {
    duration begun{};
    duration closed{};
  };
  std::vector<end> ends;  // in the order in which the clients, numbered from 1, broke off
  std::vector<bool> came;
  measured_window* w = nullptr;
  for (const seen& s : r.packets) {
    if (s.client == "c" && s.is(trace::event_kind::shut)) {
      ends.push_back({s.at, s.at});
      came.push_back(false);
    } else if (s.client == "c" && s.closed_by_broker() && !ends.empty()) {
      ends.back().closed = s.at;
    } else if (s.client == "watcher" && s.is(received, packet_type::publish)) {
      const std::string_view topic = s.packet->topic;
      std::size_t n = 0;
      const std::size_t slash = topic.rfind('/') + 1;
      std::from_chars(topic.data() + slash, topic.data() + topic.size(), n);
      if (n == 0 || n > ends.size() || came[n - 1]) continue;
      came[n - 1] = true;
      if (w == nullptr) w = &r.window("will_delay", delay);
      add_probe(*w, true, s.at - ends[n - 1].begun);
      // Until then it had not come.
      const duration before = s.at - ends[n - 1].closed;
      w->always_after = later(w->always_after, before);
    }
  }
  if (ends.empty()) return;
  if (w == nullptr) w = &r.window("will_delay", delay);
  const duration last = r.packets.back().at;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (came[i]) continue;
    ++w->probes;
    w->probed_until = std::max(w->probed_until, last - ends[i].closed);
  }
}

void read_restart(reading& r, std::string_view what) {
  const seen* back = second_connack(r.packets, "sub");
  if (back == nullptr) return;
  const auto got = [&](std::string_view client, std::string_view payload) {
    return std::any_of(r.packets.begin(), r.packets.end(), [&](const seen& s) {
      return s.client == client && s.is(received, packet_type::publish) &&
             s.packet->payload == payload;
    });
  };
  const auto tell = [&](const char* name, bool is, const char* of) {
    r.flag(fmt::format("{}_{}", name, what), is,
           fmt::format("{} {}", of, is ? "is there" : "is gone"));
  };
  tell("sessions_survive", back->packet->session_present, "a session with a subscription");
  tell("queue_survives", got("sub", "queued"), "a QoS 1 message that waited for it");
  if (count(r.packets, "pub", received, packet_type::suback) != 0) {
    tell("retained_survive", got("pub", "retained"), "a retained message");
  }
}

// "more than 1104" does not replace a number, nor a smaller bound a larger one.
bool replaces(const measured_fact& fresh, const measured_fact& old) {
  constexpr std::string_view more = "more than ";
  const auto bound = [&](const measured_fact& f) {
    return f.value.starts_with(more) ? std::stoul(f.value.substr(more.size())) : 0;
  };
  return bound(fresh) == 0 || (bound(old) != 0 && bound(fresh) >= bound(old));
}

void add(session_profile& to, measured_fact f) {
  for (measured_fact& old : to.facts) {
    if (old.name != f.name || old.version != f.version) continue;
    if (replaces(f, old)) old = std::move(f);
    return;
  }
  to.facts.push_back(std::move(f));
}

void add(session_profile& to, measured_window w) {
  for (measured_window& old : to.windows) {
    if (old.name != w.name || old.version != w.version || old.interval != w.interval) continue;
    old.probes += w.probes;
    old.gone += w.gone;
    old.probed_until = std::max(old.probed_until, w.probed_until);
    old.never_before = earlier(old.never_before, w.never_before);
    old.always_after = later(old.always_after, w.always_after);
    old.from.insert(old.from.end(), w.from.begin(), w.from.end());
    return;
  }
  to.windows.push_back(std::move(w));
}

using namespace std::chrono_literals;

struct measurement {
  std::string_view path;  // of the case
  void (*read)(reading&);
};
constexpr measurement measurements[] = {
    {"profile/queue/queue-limit", read_queue},
    {"profile/queue/queue-limit-in-thousands", read_queue},
    {"profile/queue/qos0-queued", read_qos0},
    {"profile/delivery/inflight-window", read_inflight},
    {"profile/delivery/qos2-forwarding", read_qos2},
    {"profile/delivery/overlapping-subscriptions", read_overlap},
    {"profile/time/session-expiry-window",
     [](reading& r) { read_sessions(r, "session_expiry", 3s); }},
    {"profile/time/session-expiry-window-of-a-minute",
     [](reading& r) { read_sessions(r, "session_expiry", 2s); }},
    {"profile/time/v311-session-expiry-window",
     [](reading& r) { read_sessions(r, "v311_session_expiry", 0s); }},
    {"profile/time/will-delay-window", [](reading& r) { read_wills(r, 2s); }},
    {"profile/restart/over-a-restart", [](reading& r) { read_restart(r, "restart"); }},
    {"profile/restart/over-a-kill", [](reading& r) { read_restart(r, "kill"); }},
};

}  // namespace

bool measures(const case_result& c) {
  return std::find(c.tags.begin(), c.tags.end(), tag) != c.tags.end();
}

std::vector<std::string> measure(const case_result& c, session_profile& into) {
  const auto* found = std::find_if(std::begin(measurements), std::end(measurements),
                                   [&](const measurement& m) { return m.path == c.path; });
  if (found == std::end(measurements)) return {};
  reading r{c, packets_of(c), {}};
  found->read(r);
  std::vector<std::string> notes;
  for (measured_fact& f : r.told.facts) {
    notes.push_back(fmt::format("{}: {} ({})", f.name, f.value, f.detail));
    add(into, std::move(f));
  }
  for (measured_window& w : r.told.windows) {
    notes.push_back(fmt::format("{}: {}", results::window_title(w), results::window_sentence(w)));
    w.from.push_back(c.id);
    add(into, std::move(w));
  }
  return notes;
}

}  // namespace mqttspec::profile

#include "results/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace mqttspec::results {

namespace {

struct known_fact {
  std::string_view name;
  std::string_view title;
  enum class in_target : std::uint8_t { no, number, flag, text } kind;
};
using kind = known_fact::in_target;

// In the order in which they are shown. Those that a target file can declare have its names.
constexpr std::array known_facts = std::to_array<known_fact>({
    {"queue_limit", "Queue limit", kind::number},
    {"queue_overflow", "When it is full", kind::text},
    {"qos0_queued", "QoS 0 is queued too", kind::flag},
    {"inflight_window", "In-flight window", kind::number},
    {"qos2_forwarded_at", "QoS 2 goes out at", kind::no},
    {"overlapping_subscriptions", "Overlapping subscriptions", kind::no},
    {"sessions_survive_restart", "Sessions survive a restart", kind::flag},
    {"queue_survives_restart", "Queued messages survive a restart", kind::no},
    {"retained_survive_restart", "Retained messages survive a restart", kind::flag},
    {"sessions_survive_kill", "Sessions survive a kill", kind::flag},
    {"queue_survives_kill", "Queued messages survive a kill", kind::no},
    {"retained_survive_kill", "Retained messages survive a kill", kind::no},
});

const known_fact* find_fact(std::string_view name) {
  const auto* found = std::find_if(known_facts.begin(), known_facts.end(),
                                   [&](const known_fact& k) { return k.name == name; });
  return found == known_facts.end() ? nullptr : found;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Whether |value| can stand in a target file: "more than 1104" is no limit.
bool declarable(const known_fact& k, std::string_view value) {
  switch (k.kind) {
    case kind::no:
      return false;
    case kind::number:
      return is_number(value);
    case kind::flag:
      return value == "true" || value == "false";
    case kind::text:
      return value == "drop-newest" || value == "drop-oldest" || value == "disconnect";
  }
  return false;
}

std::string seconds(duration d) {
  return fmt::format("{:.2f} s", static_cast<double>(d.count()) / 1e9);
}

// "3 s": as people write it, not the notation.
std::string spaced(duration d) {
  std::string text = print_duration(d);
  const std::size_t unit = text.find_first_not_of("0123456789.-");
  return text.insert(std::min(unit, text.size()), " ");
}

}  // namespace

std::string window_sentence(const measured_window& w) {
  if (!w.never_before) return fmt::format("never in {}", seconds(w.probed_until));
  std::string out;
  if (!w.always_after) {
    out = fmt::format("by {} each time", seconds(*w.never_before));
  } else if (*w.always_after > *w.never_before) {
    out = fmt::format("never before {}, always after {}", seconds(*w.never_before),
                      seconds(*w.always_after));
  } else if (seconds(*w.always_after) == seconds(*w.never_before)) {
    out = fmt::format("at {} each time", seconds(*w.never_before));
  } else {
    out = fmt::format("between {} and {} each time", seconds(*w.always_after),
                      seconds(*w.never_before));
  }
  if (w.name == "will_delay" && w.gone != w.probes) {
    out += fmt::format("; {} of {} never came", w.probes - w.gone, w.probes);
  }
  return out;
}

std::string window_title(const measured_window& w) {
  const char* what = w.name == "session_expiry"        ? "Session expiry"
                     : w.name == "v311_session_expiry" ? "Session expiry of 3.1.1"
                     : w.name == "will_delay"          ? "Will delay"
                                                       : nullptr;
  std::string out = what == nullptr ? w.name : what;
  if (w.interval != duration::zero()) out += fmt::format(", {} asked for", spaced(w.interval));
  return out;
}

std::string window_probes(const measured_window& w) {
  return fmt::format("{} {}", w.probes, w.name == "will_delay" ? "wills" : "sessions");
}

std::string fact_title(std::string_view name) {
  const known_fact* k = find_fact(name);
  return std::string(k == nullptr ? name : k->title);
}

std::vector<measured_fact> merged_facts(const session_profile& p) {
  std::vector<measured_fact> out;
  for (const measured_fact& f : p.facts) {
    const auto same = std::find_if(out.begin(), out.end(), [&](const measured_fact& o) {
      return o.name == f.name && o.value == f.value;
    });
    if (same == out.end()) {
      out.push_back(f);
    } else {
      same->version += ", " + f.version;
    }
  }
  return out;
}

std::vector<std::string> target_file_lines(const session_profile& p) {
  std::vector<std::string> out;
  for (const known_fact& k : known_facts) {
    // A target file has one value for both versions.
    std::string value;
    bool usable = true;
    for (const measured_fact& f : p.facts) {
      if (f.name != k.name) continue;
      usable = usable && declarable(k, f.value) && (value.empty() || value == f.value);
      value = f.value;
    }
    if (value.empty() || !usable) continue;
    out.push_back(k.kind == kind::text ? fmt::format("{} = \"{}\"", k.name, value)
                                       : fmt::format("{} = {}", k.name, value));
  }
  return out;
}

std::vector<std::string> contradictions(const session_profile& p, const target_facts& target) {
  std::vector<std::string> out;
  for (const measured_fact& f : merged_facts(p)) {
    const known_fact* k = find_fact(f.name);
    if (k == nullptr || !declarable(*k, f.value)) continue;
    const auto declared = target.declared.find(f.name);
    if (declared == target.declared.end() || declared->second == f.value) continue;
    out.push_back(fmt::format("{}: declared {}, measured {} (MQTT {})", f.name, declared->second,
                              f.value, f.version));
  }
  return out;
}

void sort_profile(session_profile& p) {
  const auto rank = [](const measured_fact& f) {
    const known_fact* k = find_fact(f.name);
    return k == nullptr ? known_facts.size() : static_cast<std::size_t>(k - known_facts.data());
  };
  std::sort(p.facts.begin(), p.facts.end(), [&](const auto& a, const auto& b) {
    const std::size_t x = rank(a);
    const std::size_t y = rank(b);
    // 5 stands before 3.1.1.
    return std::tie(x, a.name, b.version) < std::tie(y, b.name, a.version);
  });
  std::sort(p.windows.begin(), p.windows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.name, a.version, a.interval) < std::tie(b.name, b.version, b.interval);
  });
  for (measured_window& w : p.windows) std::sort(w.from.begin(), w.from.end());
}

}  // namespace mqttspec::results

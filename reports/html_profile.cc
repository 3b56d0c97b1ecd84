#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "base/instant.h"
#include "reports/html_parts.h"
#include "results/profile.h"

namespace mqttspec::reports::html {

namespace {

using results::case_result;
using results::verdict;

// The largest value that the protocol can carry; 0: a fact of another kind.
std::uint64_t largest(std::string_view fact) {
  static const std::map<std::string_view, std::uint64_t> known = {
      {"receive_maximum", 65'535},
      {"topic_alias_maximum", 65'535},
      {"server_keep_alive", 65'535},
      {"maximum_packet_size", 4'294'967'295},
      {"session_expiry_interval", 4'294'967'295},
      {"session_expiry_max", 4'294'967'295},
      {"v311_session_expiry", 4'294'967'295},
  };
  const auto found = known.find(fact);
  return found == known.end() ? 0 : found->second;
}

// Per cent of the way to |most| on a logarithmic scale; nullopt: no picture.
std::optional<double> bar_of(std::string_view name, std::string_view value) {
  std::uint64_t n = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), n);
  const std::uint64_t most = largest(name);
  if (fault != std::errc() || end != value.data() + value.size() || most == 0) return std::nullopt;
  const double share = std::log1p(static_cast<double>(n)) / std::log1p(static_cast<double>(most));
  return std::clamp(share * 100, 0.0, 100.0);
}

// Facts that are yes or no come as 1 or 0.
std::string shown_value(const std::string& name, const std::string& value) {
  const bool flag = name.ends_with("_available") || name == "auth" || name == "assigned_client_ids";
  if (flag && (value == "0" || value == "1")) return value == "1" ? "yes" : "no";
  if (name.ends_with("_expiry") || name == "session_expiry_max") {
    if (value == "4294967295") return "for ever";
  }
  return value;
}

void add_limits(list& out, const std::map<std::string, std::string>& facts, const char* source) {
  for (const auto& [name, value] : facts) {
    const auto bar = bar_of(name, value);
    fields f;
    f["name"] = data(name);
    f["value"] = data(shown_value(name, value));
    f["bar"] = bar ? data(fmt::format("{:.1f}", *bar)) : data(false);
    f["source"] = data(std::string(source));
    out.push_back(data(f));
  }
}

// The duration that begins at |at| of |text|, as the notation prints it.
std::optional<duration> duration_at(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_of(" ,)", at);
  return parse_duration(text.substr(at, end == std::string_view::npos ? end : end - at));
}

std::optional<duration> duration_after(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  return duration_at(text, at + word.size());
}

struct measured {
  duration earliest{}, latest{}, happened{};
};

// What the scenario player says of a packet outside its window:
// `PUBLISH came 120ms too late (expected between 2s and 3s since quiet)`.
std::optional<measured> measured_of(std::string_view message) {
  const auto off = duration_after(message, " came ");
  if (!off) return std::nullopt;
  const bool late = message.find(" too late") != std::string_view::npos;
  measured m;
  if (const auto within = duration_after(message, "(expected within ")) {
    m.latest = *within;
  } else {
    const auto earliest = duration_after(message, "(expected between ");
    const auto latest = duration_after(message, " and ");
    if (!earliest || !latest || *latest < *earliest) return std::nullopt;
    m.earliest = *earliest;
    m.latest = *latest;
  }
  m.happened = late ? saturating_add(instant(m.latest), *off).time_since_epoch()
                    : std::max(duration::zero(), m.earliest - *off);
  return m;
}

data window_picture(const case_result& c, const measured& m, const std::string& message,
                    const std::string& href) {
  constexpr double width = 640;
  const double end =
      1.1 * static_cast<double>(std::max({m.latest, m.happened, duration(1)}).count());
  const auto x = [&](duration d) { return width * static_cast<double>(d.count()) / end; };
  fields f;
  f["href"] = data(href);
  f["title"] = data(c.title.empty() ? c.id : c.title);
  f["spoken"] = data(message);
  f["band_x"] = data(fmt::format("{:.1f}", x(m.earliest)));
  f["band_width"] = data(fmt::format("{:.1f}", x(m.latest) - x(m.earliest)));
  f["mark_x"] = data(fmt::format("{:.1f}", x(m.happened)));
  f["end"] = data(print_duration(std::chrono::round<std::chrono::milliseconds>(
      duration(static_cast<std::int64_t>(std::min(end, 9e18))))));
  return data(f);
}

std::string href_of(const results::run_results& run, const anchors& a, const std::string& id) {
  for (std::size_t i = 0; i < run.cases.size(); ++i) {
    if (run.cases[i].id == id) return a.href(i);
  }
  return "cases";
}

list measured_rows(const results::run_results& run, const anchors& a) {
  list out;
  for (const results::measured_fact& m : results::merged_facts(run.profile)) {
    fields f;
    f["title"] = data(results::fact_title(m.name));
    f["value"] = data(m.value);
    f["detail"] = data(m.detail);
    f["version"] = data(m.version);
    f["href"] = data(href_of(run, a, m.from));
    out.push_back(data(f));
  }
  return out;
}

// The queue as a bar, not to scale: which end of it is lost.
list queue_pictures(const results::run_results& run) {
  list out;
  const auto facts = results::merged_facts(run.profile);
  for (const results::measured_fact& limit : facts) {
    if (limit.name != "queue_limit") continue;
    std::string policy;
    for (const results::measured_fact& f : run.profile.facts) {
      if (f.name == "queue_overflow" && limit.version.starts_with(f.version)) policy = f.value;
    }
    const bool first = policy == "drop-oldest";
    const bool last = policy == "drop-newest";
    const int x = first ? 122 : 1;
    const int width = 638 - (first || last ? 121 : 0);
    fields f;
    f["version"] = data(limit.version);
    f["lost_first"] = data(first);
    f["lost_last"] = data(last);
    f["kept_x"] = number(static_cast<std::size_t>(x));
    f["kept_width"] = number(static_cast<std::size_t>(width));
    f["kept_middle"] = number(static_cast<std::size_t>(x + width / 2));
    f["kept"] = data(limit.value + " kept");
    f["spoken"] = data(fmt::format("{} messages are kept{}", limit.value,
                                   first  ? "; a new one then pushes out the oldest"
                                   : last ? "; what comes then is lost"
                                          : ""));
    out.push_back(data(f));
  }
  return out;
}

data tick(double x, std::string text, const char* anchor = "middle") {
  fields f;
  f["x"] = data(fmt::format("{:.1f}", x));
  f["text"] = data(std::move(text));
  f["anchor"] = data(std::string(anchor));
  return data(f);
}

data span_picture(const results::measured_window& w) {
  constexpr double width = 640;
  constexpr duration most = std::chrono::hours(24 * 365);
  const auto known = [&](const std::optional<duration>& d) {
    return std::clamp(d.value_or(duration::zero()), duration::zero(), most);
  };
  const duration until = std::max(known(w.never_before), known(w.always_after));
  duration shown = std::max({until * 5 / 4, known(w.interval) * 5 / 4, duration(1)});
  if (!w.never_before) shown = std::max(shown, known(w.probed_until));
  const auto x = [&](duration d) {
    return std::min(width,
                    width * static_cast<double>(d.count()) / static_cast<double>(shown.count()));
  };
  const auto seconds = [](duration d) {
    return fmt::format("{:.2f} s", static_cast<double>(d.count()) / 1e9);
  };
  const bool will = w.name == "will_delay";
  const duration first = w.never_before ? known(w.never_before) : shown;
  // Where none was seen later than the first that had gone, there is nothing in between.
  const bool between = w.never_before && w.always_after && known(w.always_after) > first;
  fields f;
  f["title"] = data(results::window_title(w));
  f["version"] = data(w.version);
  f["spoken"] = data(results::window_sentence(w));
  f["probes"] = data(results::window_probes(w));
  f["there_word"] = data(std::string(will ? "waiting" : "there"));
  f["gone_word"] = data(std::string(will ? "published" : "gone"));
  f["there"] = data(fmt::format("{:.1f}", x(first)));
  f["between"] = data(false);
  list ticks;
  ticks.push_back(tick(0, "0", "start"));
  if (between) {
    fields b;
    b["x"] = data(fmt::format("{:.1f}", x(first)));
    b["width"] = data(fmt::format("{:.1f}", x(known(w.always_after)) - x(first)));
    f["between"] = data(b);
  }
  // Two numbers that stand close are told by the sentence; the picture keeps the later one.
  if (w.never_before && (!between || x(known(w.always_after)) - x(first) > 60)) {
    ticks.push_back(tick(x(first), seconds(first)));
  }
  if (between) ticks.push_back(tick(x(known(w.always_after)), seconds(known(w.always_after))));
  f["ticks"] = data(ticks);
  f["asked"] =
      w.interval == duration::zero()
          ? data(false)
          : tick(x(known(w.interval)),
                 fmt::format("{:g} s", static_cast<double>(known(w.interval).count()) / 1e9));
  return data(f);
}

struct recorded_note {
  std::vector<std::size_t> cases;
};

constexpr std::size_t most_links = 4;

list recorded_notes(const results::run_results& run, const anchors& a) {
  std::vector<std::string> order;
  std::map<std::string, recorded_note> notes;
  for (std::size_t i = 0; i < run.cases.size(); ++i) {
    // What is measured stands further up, with numbers.
    const auto& tags = run.cases[i].tags;
    if (std::find(tags.begin(), tags.end(), "measures") != tags.end()) continue;
    for (const std::string& note : run.cases[i].notes) {
      recorded_note& at = notes[note];
      if (at.cases.empty()) order.push_back(note);
      at.cases.push_back(i);
    }
  }
  std::sort(order.begin(), order.end(), [&](const auto& x, const auto& y) {
    const std::size_t more = notes[x].cases.size();
    const std::size_t fewer = notes[y].cases.size();
    return more != fewer ? more > fewer : x < y;
  });
  list out;
  for (const std::string& note : order) {
    const recorded_note& at = notes[note];
    list cases;
    for (std::size_t n = 0; n < at.cases.size() && n < most_links; ++n) {
      fields one;
      one["href"] = data(a.href(at.cases[n]));
      one["title"] = data(run.cases[at.cases[n]].id);
      cases.push_back(data(one));
    }
    fields f;
    f["note"] = data(note);
    f["count"] = data(counted(at.cases.size(), "case"));
    f["cases"] = data(cases);
    out.push_back(data(f));
  }
  return out;
}

}  // namespace

bool set_profile(fields& page, const results::run_results& run, const anchors& a) {
  list limits;
  add_limits(limits, run.target.learned, "told by the broker");
  add_limits(limits, run.target.declared, "declared for the target");
  list windows;
  for (std::size_t i = 0; i < run.cases.size(); ++i) {
    const case_result& c = run.cases[i];
    if (!c.fault) continue;
    const std::string message = fault_line(c);
    const std::string& said = c.fault->message.empty() ? message : c.fault->message;
    if (const auto m = measured_of(said)) {
      windows.push_back(window_picture(c, *m, said.substr(0, said.find('\n')), a.href(i)));
    }
  }
  const list recorded = recorded_notes(run, a);
  const list measured = measured_rows(run, a);
  page["has_measured"] = data(!measured.empty());
  page["measured"] = data(measured);
  page["measured_href"] =
      data(run.profile.facts.empty() ? std::string("cases")
                                     : href_of(run, a, run.profile.facts.front().from));
  page["queues"] = data(queue_pictures(run));
  list contradicted;
  for (const std::string& c : results::contradictions(run.profile, run.target)) {
    contradicted.push_back(data(c));
  }
  page["contradictions"] = data(contradicted);
  list spans;
  for (const results::measured_window& w : run.profile.windows) spans.push_back(span_picture(w));
  page["has_spans"] = data(!spans.empty());
  page["spans"] = data(spans);
  page["has_limits"] = data(!limits.empty());
  page["limits"] = data(limits);
  page["has_windows"] = data(!windows.empty());
  page["windows"] = data(windows);
  page["has_recorded"] = data(!recorded.empty());
  page["recorded"] = data(recorded);
  return !measured.empty() || !spans.empty() || !limits.empty() || !windows.empty() ||
         !recorded.empty();
}

}  // namespace mqttspec::reports::html

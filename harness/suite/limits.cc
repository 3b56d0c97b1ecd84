#include "suite/limits.h"

#include <fmt/format.h>

#include <algorithm>

#include "script/expander.h"
#include "script/library.h"
#include "suite/cases.h"

namespace mqttspec::suite {

namespace {

using results::verdict;

constexpr const char* connection_text = R"(scenario connection
  title    "a client that stays for two seconds is served"
  versions 5 3.1.1
  level    info
  clients  c
  matrix   n = 1..{most}

  step "stay"
    [v5]   c > CONNECT client_id="{{ns}}-c" clean_start=1 keep_alive=60
    [v311] c > CONNECT client_id="{{ns}}-c" clean_session=1 keep_alive=60
           c < CONNACK
           wait 2s
           c > PINGREQ
           c < PINGRESP
)";

// The newest are asked for first: to ask for one that is gone makes it, and another one may end.
constexpr const char* session_text = R"(scenario session
  title    "a session is there again"
  versions 5 3.1.1
  level    info
  clients  c
  table    n | id
{rows}
  step "{step}"
    [v5]   c > CONNECT client_id="{tag}-{{id}}" clean_start=0 session_expiry_interval=300
    [v311] c > CONNECT client_id="{tag}-{{id}}" clean_session=0
{rest}           c > DISCONNECT
           c > shutdown
           c < close
)";
constexpr const char* store_lines = R"(           c < CONNACK
           c > SUBSCRIBE id=1 filter="{tag}/{{id}}" max_qos=0
           c < SUBACK id=1
)";
constexpr const char* resume_lines = R"(           c < CONNACK session_present=1
)";

// How many of |text|'s scenarios end well, |at_once| at a time; nullopt: not in time.
std::optional<std::size_t> count(play::driver& on, const std::string& text, const std::string& tag,
                                 wire::protocol_version version, const play::run_options& options,
                                 std::size_t at_once, bool clean_up) {
  constexpr duration longest = std::chrono::seconds(15);
  script::file_set files;
  files.add("limits.mqs", text);
  script::expand_options expand;
  expand.versions = {version};
  expand.run_tag = tag;
  const std::vector<script::scenario> scenarios = script::expand(files, expand).scenarios;
  batch b;
  b.options = options;
  b.options.trace_rules = false;
  b.options.patience = duration::zero();
  b.options.clean_up = clean_up;
  b.at_once = at_once;
  for (const script::scenario& s : scenarios) b.jobs.push_back({&s, 0});
  std::size_t good = 0;
  const instant end = on.now() + longest;
  play_cases(
      on, b,
      [&](const verdicts::opinion& o) {
        if (o.result.outcome == verdict::pass) ++good;
        return true;
      },
      [&] { return on.now() >= end; });
  if (on.now() >= end || on.interrupted() || !on.lost().empty()) return std::nullopt;
  return good;
}

// A limit is more than one, and less than what was asked for.
std::optional<std::size_t> limit_of(std::optional<std::size_t> counted, std::size_t asked) {
  return counted && *counted > 1 && *counted < asked ? counted : std::nullopt;
}

std::string rows(std::size_t most, bool newest_first) {
  std::string out;
  for (std::size_t i = 0; i < most; ++i) {
    out += fmt::format("           {} | \"{}\"\n", 10'000 + i, newest_first ? most - i : i + 1);
  }
  return out;
}

}  // namespace

limits measure_limits(play::driver& on, const std::string& run_tag, wire::protocol_version version,
                      const play::run_options& options, std::size_t most) {
  limits out;
  out.connections =
      limit_of(count(on, fmt::format(fmt::runtime(connection_text), fmt::arg("most", most)),
                     run_tag, version, options, most, true),
               most);
  constexpr std::size_t few = 16;
  const std::size_t at_once = std::min(few, room_below(out).connections);
  const auto text = [&](const char* step, const char* lines, bool newest_first) {
    return fmt::format(
        fmt::runtime(session_text), fmt::arg("rows", rows(most, newest_first)),
        fmt::arg("step", step), fmt::arg("tag", run_tag),
        fmt::arg("rest", fmt::format(fmt::runtime(lines), fmt::arg("tag", run_tag))));
  };
  const auto stored =
      count(on, text("store", store_lines, false), run_tag, version, options, at_once, false);
  const auto kept =
      count(on, text("resume", resume_lines, true), run_tag, version, options, at_once, true);
  if (stored == most) out.sessions = limit_of(kept, most);
  return out;
}

room room_below(const limits& what) {
  constexpr auto some = [](std::size_t limit) { return std::max<std::size_t>(1, limit * 3 / 4); };
  room out;
  if (what.connections) out.connections = some(*what.connections);
  if (what.sessions) out.sessions = some(*what.sessions);
  return out;
}

std::string describe(const limits& what) {
  std::string out;
  if (what.connections) out = fmt::format("serves {} connections at once", *what.connections);
  if (what.sessions) {
    out += fmt::format("{}keeps {} sessions", out.empty() ? "" : ", ", *what.sessions);
  }
  return out;
}

std::string crowd_note(const limits& l, std::size_t times, std::size_t at_once, std::size_t few) {
  return l.any() ? fmt::format(
                       "The broker {}. That was the cause of {} failures beside up to {} other "
                       "cases: below the limit they pass",
                       describe(l), times, at_once - 1)
                 : fmt::format(
                       "{} cases failed beside {} others at most and passed beside {}: the "
                       "broker seems to limit sessions, connections or messages; --jobs {} "
                       "runs fewer at once",
                       times, at_once - 1, few - 1, few);
}

}  // namespace mqttspec::suite

#include "results/causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace mqttspec::results {

namespace {

constexpr std::size_t most_causes = 100;
constexpr std::size_t most_statements = 4;

// What cases may have in common, and how telling that is: of two habits that explain equally many
// cases the more telling one is told.
enum class likeness : std::uint8_t { difference, rule, statement, field, packet, place };
constexpr double telling(likeness l) {
  switch (l) {
    case likeness::difference:
      return 1.1;
    case likeness::rule:
      return 1.05;
    case likeness::statement:
      return 1.02;
    case likeness::field:
      return 1.0;
    case likeness::packet:
      return 0.99;
    case likeness::place:
      return 0.8;
  }
  return 0;
}

struct habit {
  likeness by = likeness::difference;
  std::string a{}, b{}, c{};  // what is compared
  friend auto operator<=>(const habit&, const habit&) = default;
};

bool is_open(verdict v) {
  return v == verdict::inconclusive || v == verdict::error;
}

// A failure says more than what is in doubt.
double weight(const case_result& c) {
  return c.outcome == verdict::fail ? 1.0 : 0.3;
}

std::set<habit> habits_of(const case_result& c) {
  std::set<habit> out;
  for (const finding& f : c.findings) out.insert({likeness::rule, f.rule});
  if (!c.rule.empty()) out.insert({likeness::rule, c.rule});
  if (!c.fault) return out;
  if (!c.fault->deviations.empty()) {
    const deviation& d = c.fault->deviations.front();
    out.insert({likeness::difference, d.of, d.expected, d.got});
    if (!d.of.empty()) {
      out.insert({likeness::field, d.of});
    } else {
      out.insert({likeness::packet, d.expected});
    }
  }
  for (const statement_check& s : c.fault->statements) {
    out.insert({likeness::statement, s.version, s.id, s.summary});
  }
  const source_span& at = c.fault->where;
  if (at.file.find("/lib/") != std::string::npos) {
    out.insert({likeness::place, at.file, fmt::format("{:>6}", at.line), c.fault->step});
  }
  return out;
}

std::string sentence(const habit& h, const case_result& example) {
  switch (h.by) {
    case likeness::difference:
      if (h.a.empty() && h.b == "nothing")
        return fmt::format("{} comes where nothing may come", h.c);
      if (h.a.empty() && h.c == "nothing") return fmt::format("{} does not come", h.b);
      if (h.a.empty()) return fmt::format("{} comes, not {}", h.c, h.b);
      return fmt::format("{} is {}, not {}", h.a, h.c, h.b);
    case likeness::rule:
      for (const finding& f : example.findings) {
        if (f.rule == h.a) return fmt::format("trace rule {}: {}", h.a, f.message);
      }
      return fmt::format("trace rule {} does not hold", h.a);
    case likeness::statement:
      return fmt::format("{} is broken{}{}", h.b, h.c.empty() ? "" : ": ", h.c);
    case likeness::field:
      return fmt::format("{} is not as it should be", h.a);
    case likeness::packet:
      return h.a == "nothing" ? "packets come where nothing may come"
                              : fmt::format("{} does not come", h.a);
    case likeness::place:
      return fmt::format("all end in the step \"{}\" ({}:{})", h.c, h.a,
                         h.b.substr(h.b.find_first_not_of(' ')));
  }
  return "";
}

// That |c| shows broken, seen as |h|.
const std::vector<statement_check>& broken_in(const case_result& c, const habit& h) {
  static const std::vector<statement_check> none;
  if (c.outcome == verdict::fail && c.fault) return c.fault->statements;
  if (h.by != likeness::rule) return none;
  const auto f = std::find_if(c.findings.begin(), c.findings.end(),
                              [&](const finding& one) { return one.rule == h.a; });
  return f == c.findings.end() ? none : f->statements;
}

cause make_cause(const run_results& run, const habit& h, std::vector<std::size_t> members) {
  const auto key = [&](std::size_t i) {
    const verdict v = run.cases[i].outcome;
    return std::pair(v == verdict::fail ? 0 : is_open(v) ? 1 : 2, i);
  };
  std::sort(members.begin(), members.end(),
            [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  cause out;
  out.what = sentence(h, run.cases[members.front()]);
  if (h.by == likeness::rule) out.rule = h.a;
  std::map<std::pair<std::string, std::string>, std::pair<std::size_t, statement_check>> broken;
  for (const std::size_t i : members) {
    const case_result& c = run.cases[i];
    out.failed += c.outcome == verdict::fail;
    out.inconclusive += is_open(c.outcome);
    for (const statement_check& s : broken_in(c, h)) {
      const auto at = broken.try_emplace({s.version, s.id}, 0, s).first;
      ++at->second.first;
    }
  }
  std::vector<std::pair<std::size_t, statement_check>> ranked;
  for (auto& [name, counted] : broken) ranked.push_back(std::move(counted));
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return std::tie(b.first, b.second.version, a.second.id) <
           std::tie(a.first, a.second.version, b.second.id);
  });
  for (std::size_t i = 0; i < std::min(ranked.size(), most_statements); ++i) {
    out.statements.push_back(std::move(ranked[i].second));
  }
  out.cases = std::move(members);
  return out;
}

}  // namespace

std::vector<cause> causes_of(const run_results& run, const std::vector<std::size_t>& which) {
  std::map<habit, std::vector<std::size_t>> seen;
  for (const std::size_t i : which) {
    for (const habit& h : habits_of(run.cases[i])) seen[h].push_back(i);
  }
  std::vector<cause> out;
  std::set<std::size_t> told;
  while (!seen.empty() && out.size() < most_causes) {
    const habit* best = nullptr;
    double most = 0;
    for (auto& [h, members] : seen) {
      std::erase_if(members, [&](std::size_t i) { return told.contains(i); });
      double explains = 0;
      for (const std::size_t i : members) explains += weight(run.cases[i]);
      explains *= telling(h.by);
      if (explains > most) std::tie(best, most) = std::pair(&h, explains);
    }
    if (best == nullptr) break;
    auto found = seen.extract(*best);
    told.insert(found.mapped().begin(), found.mapped().end());
    out.push_back(make_cause(run, found.key(), std::move(found.mapped())));
  }
  return out;
}

std::vector<cause> causes_of(const run_results& run) {
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < run.cases.size(); ++i) {
    const case_result& c = run.cases[i];
    const bool told = c.outcome == verdict::fail || is_open(c.outcome) || !c.findings.empty();
    if (told && (!c.expected || c.baseline_reason.empty())) which.push_back(i);
  }
  return causes_of(run, which);
}

std::string weight_of(const cause& c) {
  std::vector<std::string> parts;
  if (c.failed != 0) {
    parts.push_back(fmt::format("{} failure{}", c.failed, c.failed == 1 ? "" : "s"));
  }
  if (c.inconclusive != 0) parts.push_back(fmt::format("{} inconclusive", c.inconclusive));
  if (const std::size_t rest = c.cases.size() - c.failed - c.inconclusive; rest != 0) {
    parts.push_back(fmt::format("{} passed", rest));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace mqttspec::results

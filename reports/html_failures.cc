#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/html_parts.h"
#include "results/causes.h"

namespace mqttspec::reports::html {

namespace {

using results::case_result;

// "[v5,flags=0x3]" of "subscribe/reserved-flags[v5,flags=0x3]"
std::string variant_of(const case_result& c) {
  const std::size_t at = c.id.rfind('[');
  std::string out = at == std::string::npos ? c.id : c.id.substr(at);
  if (c.repetition != 0) out += fmt::format(" #{}", c.repetition + 1);
  return out;
}

struct scenario_failures {
  std::vector<std::size_t> cases;
};

// Failures of one scenario belong together: versions and rows mostly fail for one reason.
std::vector<scenario_failures> by_scenario(const results::run_results& run,
                                           const std::vector<std::size_t>& failing) {
  std::vector<scenario_failures> out;
  std::map<std::string_view, std::size_t> places;
  for (const std::size_t i : failing) {
    const auto [at, added] = places.emplace(run.cases[i].path, out.size());
    if (added) out.push_back({});
    out[at->second].cases.push_back(i);
  }
  return out;
}

// One article a scenario; the first |most_shown| go into |shown|, the others into |rest|.
struct articles {
  std::string shown;
  std::string rest;
  std::size_t in_rest = 0;  // cases
};

articles write_articles(const results::run_results& run, const std::vector<std::size_t>& failing,
                        const anchors& a, std::string_view kind, std::size_t most_shown) {
  articles out;
  std::size_t written = 0;
  for (const scenario_failures& group : by_scenario(run, failing)) {
    const std::size_t first = group.cases.front();
    const case_result& c = run.cases[first];
    fields f;
    f["class"] = data(std::string(kind));
    f["title"] = data(c.title.empty() ? c.id : c.title);
    f["label"] = text_or_none(label_of(c));
    f["href"] = data(a.href(first));
    f["anchor"] = data(a.of_case[first]);
    f["id"] = data(c.id);
    f["protocol"] = data(protocol_name(c.version));
    f["level"] = data(c.level);
    f["body"] = data(case_body(run, c));
    list others;
    for (std::size_t n = 1; n < group.cases.size(); ++n) {
      const std::size_t i = group.cases[n];
      fields one;
      one["id"] = data(variant_of(run.cases[i]));
      one["why"] = data(fault_line(run.cases[i]));
      one["anchor"] = data(a.of_case[i]);
      one["body"] = data(case_body(run, run.cases[i]));
      others.push_back(data(one));
    }
    f["others"] = data(others);
    const bool is_shown = written++ < most_shown;
    (is_shown ? out.shown : out.rest) += render_template("failure", std::move(f));
    if (!is_shown) out.in_rest += group.cases.size();
  }
  return out;
}

list broken_by(const results::cause& cause) {
  list out;
  for (const results::statement_check& s : cause.statements) {
    fields one;
    one["id"] = data(s.id);
    one["protocol"] = data(protocol_name(s.version));
    one["summary"] = text_or_none(s.summary);
    out.push_back(data(one));
  }
  return out;
}

// Those of |cause| that have no verdict: links to the first of them.
void set_open(fields& f, const results::run_results& run, const results::cause& cause,
              const anchors& a) {
  constexpr std::size_t most = 5;
  list open;
  for (std::size_t n = cause.failed;
       n < cause.failed + cause.inconclusive && n < cause.failed + most; ++n) {
    fields one;
    one["id"] = data(run.cases[cause.cases[n]].id);
    one["href"] = data(a.href(cause.cases[n]));
    open.push_back(data(one));
  }
  f["has_open"] = data(!open.empty());
  f["open"] = data(open);
  f["open_more"] = cause.inconclusive > most
                       ? data(fmt::format("and {} more", cause.inconclusive - most))
                       : data(false);
}

// |which|, grouped by what explains them; of many cases those behind the first are folded.
void add_causes(failure_part& part, const results::run_results& run,
                const std::vector<std::size_t>& which, const anchors& a, std::string_view kind) {
  constexpr std::size_t few = 10;
  std::vector<results::cause> causes = results::causes_of(run, which);
  // What has nothing to compare stands last.
  std::vector<std::size_t> rest = which;
  for (const results::cause& c : causes) {
    std::erase_if(rest, [&](std::size_t i) {
      return std::find(c.cases.begin(), c.cases.end(), i) != c.cases.end();
    });
  }
  std::erase_if(rest,
                [&](std::size_t i) { return run.cases[i].outcome != results::verdict::fail; });
  if (!rest.empty()) {
    results::cause other;
    other.what = causes.empty() ? "What fails" : "Each for a reason of its own";
    other.failed = rest.size();
    other.cases = std::move(rest);
    causes.push_back(std::move(other));
  }
  for (const results::cause& c : causes) {
    const std::vector<std::size_t> failing(c.cases.begin(),
                                           c.cases.begin() + static_cast<std::ptrdiff_t>(c.failed));
    articles written = write_articles(run, failing, a, kind, which.size() <= few ? few : 1);
    fields f;
    f["class"] = data(std::string(kind));
    f["what"] = data(c.what);
    f["weight"] = data(results::weight_of(c));
    const list statements = broken_by(c);
    f["has_statements"] = data(!statements.empty());
    f["statements"] = data(statements);
    set_open(f, run, c, a);
    f["shown"] = data(std::move(written.shown));
    f["folded"] =
        written.in_rest == 0 ? data(false) : data("and " + counted(written.in_rest, "more case"));
    f["rest"] = data(std::move(written.rest));
    part.markup += render_template("cause", std::move(f));
    fields entry;
    entry["title"] = data(c.what);
    entry["href"] = data(a.href(c.cases.front()));
    entry["weight"] = data(results::weight_of(c));
    entry["known"] = data(kind == "known");
    entry["should"] = data(kind == "should");
    part.index.push_back(data(entry));
  }
}

}  // namespace

failure_part failure_articles(const results::run_results& run, const digest& d, const anchors& a) {
  failure_part part;
  std::vector<std::size_t> open = d.failures;
  // What is in doubt for the same reason belongs to it.
  if (!open.empty()) {
    open.insert(open.end(), d.inconclusive.begin(), d.inconclusive.end());
    open.insert(open.end(), d.errors.begin(), d.errors.end());
  }
  add_causes(part, run, open, a, "new");
  add_causes(part, run, d.known_failures, a, "known");
  add_causes(part, run, d.should_failures, a, "should");
  return part;
}

}  // namespace mqttspec::reports::html

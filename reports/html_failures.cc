#include <fmt/format.h>

#include <map>

#include "reports/html_parts.h"

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

void add_articles(failure_part& part, const results::run_results& run,
                  const std::vector<std::size_t>& failing, const anchors& a,
                  std::string_view kind) {
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
    std::string variants = variant_of(c);
    for (std::size_t n = 1; n < group.cases.size(); ++n) {
      const std::size_t i = group.cases[n];
      fields one;
      one["id"] = data(variant_of(run.cases[i]));
      one["why"] = data(fault_line(run.cases[i]));
      one["anchor"] = data(a.of_case[i]);
      one["body"] = data(case_body(run, run.cases[i]));
      others.push_back(data(one));
      if (n < 4) variants += " " + variant_of(run.cases[i]);
    }
    if (group.cases.size() > 4) variants += fmt::format(" and {} more", group.cases.size() - 4);
    f["others"] = data(others);
    part.markup += render_template("failure", std::move(f));
    fields entry;
    entry["title"] = data(c.title.empty() ? c.id : c.title);
    entry["href"] = data(a.href(first));
    entry["versions"] = data(variants);
    entry["known"] = data(kind == "known");
    entry["should"] = data(kind == "should");
    part.index.push_back(data(entry));
  }
}

}  // namespace

failure_part failure_articles(const results::run_results& run, const digest& d, const anchors& a) {
  failure_part part;
  add_articles(part, run, d.failures, a, "new");
  add_articles(part, run, d.known_failures, a, "known");
  add_articles(part, run, d.should_failures, a, "should");
  return part;
}

}  // namespace mqttspec::reports::html

#include "reports/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace mqttspec::reports {

namespace {

using results::case_result;
using results::check_outcome;
using results::verdict;

bool binds_as_must(const catalogue_entry& e) {
  return e.level.empty() || e.level.rfind("MUST", 0) == 0;
}

standing stronger(standing a, standing b) {
  return std::min(a, b);
}

standing standing_of(check_outcome o) {
  switch (o) {
    case check_outcome::violated:
      return standing::violated;
    case check_outcome::inconclusive:
      return standing::inconclusive;
    case check_outcome::checked:
      break;
  }
  return standing::checked;
}

// "MQTT-3.2.2-3" -> "3.2.2"; ids of another form have none.
std::string section_of_id(std::string_view id) {
  const std::size_t begin = id.find('-');
  const std::size_t end = id.rfind('-');
  if (begin == std::string_view::npos || begin == end) return "";
  return std::string(id.substr(begin + 1, end - begin - 1));
}

void count_versions(digest& d) {
  for (const statement_state& s : d.statements) {
    if (d.versions.empty() || d.versions.back().version != s.about.version) {
      d.versions.push_back({});
      d.versions.back().version = s.about.version;
    }
    version_counts& v = d.versions.back();
    switch (s.is) {
      case standing::violated:
        ++(binds_as_must(s.about) ? v.violated : v.violated_should);
        break;
      case standing::inconclusive:
        ++v.inconclusive;
        break;
      case standing::checked:
        ++v.checked;
        break;
      case standing::not_checked:
        ++v.not_checked;
        break;
      case standing::not_testable:
        ++v.not_testable;
        break;
    }
  }
}

void sort_case(digest& d, const case_result& c, std::size_t i) {
  switch (c.outcome) {
    case verdict::fail:
      if (!c.expected) {
        d.failures.push_back(i);
      } else if (!c.baseline_reason.empty()) {
        d.known_failures.push_back(i);
      } else {
        (c.level == "should" ? d.should_failures : d.failures).push_back(i);
      }
      break;
    case verdict::inconclusive:
      d.inconclusive.push_back(i);
      break;
    case verdict::error:
      d.errors.push_back(i);
      break;
    case verdict::pass:
    case verdict::pass_note:
      if (!c.expected) d.unexpected_passes.push_back(i);
      break;
    case verdict::skip:
      break;
  }
}

// "3 of MQTT 5 and 1 of MQTT 3.1.1", for the versions where |number| is not zero.
template <class F>
std::string by_version(const digest& d, F number) {
  std::vector<std::string> parts;
  for (const version_counts& v : d.versions) {
    if (const std::string n = number(v); !n.empty()) {
      parts.push_back(fmt::format("{} of {}", n, protocol_name(v.version)));
    }
  }
  return fmt::format("{}", fmt::join(parts, " and "));
}

std::string plain_number(std::size_t n) {
  return n == 0 ? std::string() : fmt::format("{}", n);
}

std::size_t sum(const digest& d, std::size_t version_counts::* member) {
  std::size_t n = 0;
  for (const version_counts& v : d.versions) n += v.*member;
  return n;
}

std::string violated_text(const results::run_results& run, const digest& d, std::size_t failing) {
  const std::size_t must = sum(d, &version_counts::violated);
  const std::size_t should = sum(d, &version_counts::violated_should);
  const std::string name = target_name(run);
  std::string out;
  if (must != 0) {
    out = fmt::format("{} violates {} ({})", name, counted(must, "statement"),
                      by_version(d, [](const auto& v) { return plain_number(v.violated); }));
  } else if (should == 0) {
    out = fmt::format("{} misbehaves where no numbered statement is cited", name);
  }
  if (should != 0) {
    out += out.empty() ? fmt::format("{} departs from ", name) : " and departs from ";
    out += counted(should, "recommendation");
  }
  out += fmt::format("; {} of {} cases fail", failing, run.cases.size());
  if (!d.known_failures.empty()) {
    out += d.known_failures.size() == failing
               ? std::string(", all of them known to the baseline")
               : fmt::format(", {} of them known to the baseline", d.known_failures.size());
  }
  return out + ".";
}

std::string unchecked_text(const results::run_results& run, const digest& d) {
  const results::totals t = results::count(run);
  std::vector<std::string> parts;
  if (d.has_catalogue) {
    const std::string untouched = by_version(d, [](const auto& v) {
      const std::size_t testable = v.judged() + v.not_checked;
      return v.not_checked == 0
                 ? std::string()
                 : fmt::format("{} of {} testable statements", v.not_checked, testable);
    });
    if (!untouched.empty()) parts.push_back(untouched);
    if (const std::size_t n = sum(d, &version_counts::not_testable); n != 0) {
      parts.push_back(fmt::format("{} that bind clients or cannot be observed", n));
    }
  }
  std::vector<std::string> cases;
  if (t.skip != 0) cases.push_back(fmt::format("{} skipped", t.skip));
  if (t.inconclusive != 0) cases.push_back(fmt::format("{} inconclusive", t.inconclusive));
  if (t.error != 0) cases.push_back(fmt::format("{} ended in an error", t.error));
  std::string out;
  if (!parts.empty()) out = fmt::format("Not checked: {}.", fmt::join(parts, "; "));
  if (!cases.empty()) {
    out += fmt::format("{}Cases without a verdict: {}.", out.empty() ? "" : " ",
                       fmt::join(cases, ", "));
  }
  if (!d.has_catalogue) {
    out += fmt::format(
        "{}Without the catalogue this report cannot name the statements that no case touched.",
        out.empty() ? "" : " ");
  }
  return out.empty() ? "Every testable statement was checked." : out;
}

}  // namespace

std::string_view standing_name(standing s) {
  switch (s) {
    case standing::violated:
      return "violated";
    case standing::inconclusive:
      return "inconclusive";
    case standing::checked:
      return "checked";
    case standing::not_checked:
      return "not checked";
    case standing::not_testable:
      return "not testable";
  }
  return "not checked";
}

std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string protocol_name(std::string_view version_tag) {
  if (version_tag == "v5" || version_tag == "5") return "MQTT 5";
  if (version_tag == "v311" || version_tag == "3.1.1") return "MQTT 3.1.1";
  return fmt::format("MQTT {}", version_tag);
}

std::string target_name(const results::run_results& run) {
  if (!run.target.name.empty()) return run.target.name;
  return run.target.address.empty() ? "the broker" : run.target.address;
}

std::string fault_line(const case_result& c) {
  std::string line = c.reason;
  if (line.empty() && c.fault) {
    line = c.fault->faults.empty() ? c.fault->message : c.fault->faults.front();
  }
  return line.substr(0, line.find('\n'));
}

digest make_digest(const results::run_results& run, const catalogue& statements) {
  digest d;
  d.has_catalogue = !statements.empty();
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  const auto add = [&](const catalogue_entry& e) {
    const auto [at, added] = places.emplace(std::pair(e.version, e.id), d.statements.size());
    if (added) d.statements.push_back({e, standing::not_checked, "", {}, 0});
    return at->second;
  };
  for (const catalogue_entry& e : statements) add(e);
  for (std::size_t i = 0; i < run.cases.size(); ++i) {
    const case_result& c = run.cases[i];
    sort_case(d, c, i);
    for (const results::statement_check& check : c.statements) {
      const std::size_t at = add(
          {check.id, check.version, section_of_id(check.id), "", check.summary, "testable", ""});
      statement_state& s = d.statements[at];
      s.is = stronger(s.is, standing_of(check.outcome));
      ++s.judged_by;
      if (check.outcome == check_outcome::violated) s.violated_by.push_back(i);
    }
  }
  std::set<std::string> versions_run;
  for (const case_result& c : run.cases) {
    if (c.outcome != verdict::skip) versions_run.insert(c.version == "5" ? "v5" : "v311");
  }
  for (statement_state& s : d.statements) {
    if (s.is != standing::not_checked) continue;
    if (s.about.status != "testable") {
      s.is = standing::not_testable;
      s.why = !s.about.why.empty() ? s.about.why : "It cannot be seen from outside the broker.";
    } else if (!versions_run.contains(s.about.version)) {
      s.why = fmt::format("No case of this run spoke {}.", protocol_name(s.about.version));
    } else {
      s.why = "No line that judges it was executed in this run.";
    }
  }
  // 5 before 3.1.1, whatever the order of the arguments was.
  std::map<std::string, std::vector<statement_state>, std::greater<>> by_version;
  for (statement_state& s : d.statements) by_version[s.about.version].push_back(std::move(s));
  d.statements.clear();
  for (auto& [version, states] : by_version) {
    for (statement_state& s : states) d.statements.push_back(std::move(s));
  }
  count_versions(d);
  return d;
}

namespace {

bool only_records(const results::case_result& c) {
  return c.level == "info" || c.level == "may";
}

}  // namespace

judgement_text judge(const results::run_results& run, const digest& d) {
  judgement_text t;
  const results::totals n = results::count(run);
  t.unchecked = unchecked_text(run, d);
  const std::string checked = by_version(d, [](const auto& v) { return plain_number(v.checked); });
  if (!run.void_reason.empty()) {
    t.headline = "The results are void";
    t.violated = run.void_reason;
  } else if (n.fail != 0) {
    const bool only_should =
        d.failures.empty() && d.known_failures.empty() && !d.should_failures.empty();
    t.is = only_should ? tone::good : tone::bad;
    t.headline = only_should ? "No requirement violated, some recommendations not followed"
                             : "Not conformant";
    t.violated = violated_text(run, d, n.fail);
  } else if (n.pass + n.pass_note == 0) {
    t.headline = "Nothing was judged";
    t.violated = fmt::format("None of {} came to a verdict.", counted(run.cases.size(), "case"));
  } else if (std::all_of(run.cases.begin(), run.cases.end(), only_records)) {
    t.headline = "Recorded, not judged";
    t.violated = fmt::format("{} recorded what {} does; none of them can accuse it.",
                             counted(n.pass + n.pass_note, "case"), target_name(run));
  } else {
    t.is = n.error == 0 && !run.interrupted ? tone::good : tone::unknown;
    t.headline = run.interrupted ? "No violation found until the run was interrupted"
                 : n.error == 0  ? "No violation found"
                                 : "No violation found, but the run had errors";
    t.violated = checked.empty() ? fmt::format("{} passes all {}.", target_name(run),
                                               counted(n.pass + n.pass_note, "case"))
                                 : fmt::format("{} keeps every statement that was judged: {}.",
                                               target_name(run), checked);
  }
  if (run.interrupted)
    t.remarks.push_back("The run was interrupted; what had not ended is inconclusive.");
  if (!d.unexpected_passes.empty()) {
    t.remarks.push_back(
        fmt::format("{} that the baseline lists as failing passed: the baseline is stale.",
                    counted(d.unexpected_passes.size(), "case")));
  }
  return t;
}

}  // namespace mqttspec::reports

#include "verdicts/baseline.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/pattern.h"
#include "base/spelling.h"

namespace mqttspec::verdicts {

namespace {

using results::case_result;
using results::verdict;

class line_reader {
 public:
  line_reader(source_span where, std::string_view line) : where_(std::move(where)), line_(line) {}

  // nullopt: nothing on the line, or a fault in |faults|.
  std::optional<baseline_entry> read(std::vector<diagnostic>& faults) {
    skip_space();
    if (at_ == line_.size() || line_[at_] == '#') return std::nullopt;
    baseline_entry e;
    e.where = where_;
    e.source_line = line_;
    const std::size_t kind_at = at_;
    const std::string_view kind = word();
    if (kind == "fail") {
      e.kind = baseline_kind::fail;
    } else if (kind == "flaky") {
      e.kind = baseline_kind::flaky;
    } else if (kind == "skip") {
      e.kind = baseline_kind::skip;
    } else {
      faults.push_back(fault(kind_at, kind.size(), fmt::format("no kind of entry '{}'", kind),
                             "unknown kind", suggest(kind, {"fail", "flaky", "skip"})));
      return std::nullopt;
    }
    skip_space();
    e.where.column = static_cast<std::uint32_t>(at_ + 1);
    e.pattern = word();
    e.where.length = static_cast<std::uint32_t>(std::max<std::size_t>(1, e.pattern.size()));
    if (e.pattern.empty()) {
      faults.push_back(fault(at_, 1, "an entry needs a pattern", "pattern expected",
                             "write for example: fail session/**[v5]  # reason"));
      return std::nullopt;
    }
    skip_space();
    if (at_ < line_.size() && line_[at_] == '"' && !quoted(e, faults)) return std::nullopt;
    skip_space();
    if (at_ < line_.size() && line_[at_] == '#') {
      e.reason = trimmed(line_.substr(at_ + 1));
      if (!e.reason.empty()) return e;
    } else if (at_ < line_.size()) {
      faults.push_back(fault(at_, line_.size() - at_, "unexpected text in a baseline entry",
                             "not understood",
                             "an entry is KIND PATTERN [\"expected text\"] # reason"));
      return std::nullopt;
    }
    faults.push_back(fault(at_, 1, "a baseline entry needs a reason", "reason expected",
                           "end the line with '# ' and a link or the reason"));
    return std::nullopt;
  }

 private:
  // '"' and '\' are escaped by '\'; messages contain both.
  bool quoted(baseline_entry& e, std::vector<diagnostic>& faults) {
    const std::size_t begin = at_++;
    while (at_ < line_.size() && line_[at_] != '"') {
      if (line_[at_] == '\\' && at_ + 1 < line_.size()) ++at_;
      e.text += line_[at_++];
    }
    if (at_ < line_.size()) {
      ++at_;
      return true;
    }
    faults.push_back(fault(begin, line_.size() - begin, "text without its closing quotation mark",
                           "never closed", "inside, write \\\" for a quotation mark"));
    return false;
  }

  diagnostic fault(std::size_t at, std::size_t length, std::string message, std::string label,
                   std::string help) const {
    diagnostic d;
    d.message = std::move(message);
    d.where = where_;
    d.where.column = static_cast<std::uint32_t>(at + 1);
    d.where.length = static_cast<std::uint32_t>(std::max<std::size_t>(1, length));
    d.source_line = line_;
    d.label = std::move(label);
    d.help = std::move(help);
    return d;
  }

  static std::string trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return "";
    return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
  }
  void skip_space() {
    while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t')) ++at_;
  }
  // A pattern may contain '#' only inside brackets or words; a comment begins after white space.
  std::string_view word() {
    const std::size_t begin = at_;
    while (at_ < line_.size() && line_[at_] != ' ' && line_[at_] != '\t') ++at_;
    return line_.substr(begin, at_ - begin);
  }

  source_span where_;
  std::string_view line_;
  std::size_t at_ = 0;
};

diagnostic about(const baseline_entry& e, std::string message, std::string label,
                 std::string help) {
  diagnostic d;
  d.message = std::move(message);
  d.where = e.where;
  d.source_line = e.source_line;
  d.label = std::move(label);
  d.help = std::move(help);
  return d;
}

}  // namespace

result<baseline, std::vector<diagnostic>> parse_baseline(const std::string& file,
                                                         std::string_view text) {
  baseline out;
  std::vector<diagnostic> faults;
  std::uint32_t number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    if (auto entry = line_reader({file, number, 1, 1}, line).read(faults)) {
      out.push_back(std::move(*entry));
    }
  }
  if (!faults.empty()) return unexpected(std::move(faults));
  return out;
}

const baseline_entry* skips(const baseline& b, std::string_view id) {
  for (const baseline_entry& e : b) {
    if (e.kind == baseline_kind::skip && matches_pattern(e.pattern, id)) return &e;
  }
  return nullptr;
}

bool expects_failure(const baseline& b, std::string_view id) {
  return std::any_of(b.begin(), b.end(), [&](const baseline_entry& e) {
    const bool of_many = e.pattern.find("**") != std::string::npos;
    return e.kind != baseline_kind::skip && !of_many && matches_pattern(e.pattern, id);
  });
}

bool has_text_of(const baseline_entry& entry, const results::case_result& c) {
  const bool in_fault = c.fault && c.fault->message.find(entry.text) != std::string::npos;
  return in_fault || c.reason.find(entry.text) != std::string::npos;
}

void judge(results::case_result& c, const baseline& known, bool strict) {
  const bool passed = c.outcome == verdict::pass || c.outcome == verdict::pass_note;
  const bool unhappy = c.outcome == verdict::fail || c.outcome == verdict::inconclusive;
  const baseline_entry* broken = nullptr;  // the first `fail` entry that this result belies
  c.expected = true;
  for (const baseline_entry& e : known) {
    if (e.kind == baseline_kind::skip || !matches_pattern(e.pattern, c.id)) continue;
    // A broker that does not start again is an error; where that is known, its text says so.
    const bool tellable =
        unhappy || (c.outcome == verdict::error && e.kind == baseline_kind::flaky);
    const bool told = tellable && has_text_of(e, c);
    if (told || (e.kind == baseline_kind::flaky && e.text.empty())) {
      c.baseline_reason = e.reason;
      return;
    }
    if (e.kind == baseline_kind::fail && broken == nullptr) broken = &e;
  }
  if (broken != nullptr && (passed || unhappy)) {
    c.expected = false;
    c.baseline_reason = broken->reason;
    if (unhappy) {
      c.warnings.push_back(
          fmt::format("the baseline expects another failure: \"{}\"", broken->text));
    }
  } else if (c.outcome == verdict::error) {
    c.expected = false;
  } else if (unhappy) {
    // What was not judged is no pass either.
    c.expected = !(c.level == "must" || (strict && c.level == "should"));
  }
}

void judge(results::run_finding& f, const baseline& known, bool strict) {
  case_result c = as_case(f);
  judge(c, known, strict);
  // What excuses the cases in which a trace rule saw it excuses the finding.
  f.expected = f.expected || c.expected;
  if (!c.baseline_reason.empty()) f.baseline_reason = c.baseline_reason;
  f.notes.insert(f.notes.end(), c.warnings.begin(), c.warnings.end());
}

bool is_of_finding(std::string_view id) {
  return id.starts_with("explore/") || id.starts_with("trace-rule/") || id.starts_with("prove/");
}

std::vector<diagnostic> unjudged_entries(const baseline& b) {
  std::vector<diagnostic> out;
  for (const baseline_entry& e : b) {
    if (!e.reason.starts_with(to_judge)) continue;
    out.push_back(about(e, fmt::format("nobody has judged '{}' yet", e.pattern), "to judge",
                        "look at the failure (--trace) and write why it is known behind '#'"));
  }
  return out;
}

std::vector<diagnostic> stale_entries(const baseline& b, const std::vector<std::string>& ids) {
  std::vector<diagnostic> out;
  for (const baseline_entry& e : b) {
    if (is_of_finding(e.pattern)) continue;
    if (std::any_of(ids.begin(), ids.end(),
                    [&](const auto& id) { return matches_pattern(e.pattern, id); })) {
      continue;
    }
    out.push_back(about(e, fmt::format("no case matches '{}'", e.pattern), "stale",
                        "remove the entry, or mend the pattern"));
  }
  return out;
}

}  // namespace mqttspec::verdicts

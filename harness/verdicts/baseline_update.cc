#include "verdicts/baseline_update.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <regex>

#include "base/pattern.h"
#include "verdicts/baseline.h"

namespace mqttspec::verdicts {

namespace {

using results::case_result;
using results::verdict;

// What all runs and repetitions say about one case.
struct sighting {
  std::vector<const case_result*> unhappy;  // failed, or inconclusive
  std::size_t passed = 0;
  std::size_t errors = 0;

  std::size_t judged() const { return unhappy.size() + passed; }
  bool only_passes() const { return passed != 0 && unhappy.empty() && errors == 0; }
  bool wavers() const { return passed != 0 && !unhappy.empty(); }
};

using sightings = std::map<std::string, sighting>;

sightings gather(const std::vector<results::run_results>& runs) {
  sightings out;
  for (const results::run_results& r : runs) {
    for (const case_result& c : r.cases) {
      sighting& s = out[c.id];
      switch (c.outcome) {
        case verdict::pass:
        case verdict::pass_note:
          ++s.passed;
          break;
        case verdict::fail:
        case verdict::inconclusive:
          s.unhappy.push_back(&c);
          break;
        case verdict::error:
          ++s.errors;
          break;
        case verdict::skip:
          break;
      }
    }
  }
  return out;
}

std::string_view kind_name(baseline_kind kind) {
  switch (kind) {
    case baseline_kind::fail:
      return "fail";
    case baseline_kind::flaky:
      return "flaky";
    case baseline_kind::skip:
      return "skip";
  }
  return "fail";
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// One line of a baseline. A reason is on one line: what is not printable cannot be part of it.
std::string line_of(baseline_kind kind, std::string_view pattern, std::string_view text,
                    std::string reason) {
  for (char& c : reason) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return fmt::format("{:<6} {}{}   # {}", kind_name(kind), pattern,
                     text.empty() ? "" : "  " + in_quotes(text), reason);
}

std::string message_of(const case_result& c) {
  // The id says what it is; what came differs from history to history.
  if (is_of_finding(c.id)) return "";
  return c.fault ? c.fault->message : c.reason;
}

// The lasting text of the first result, where all have it.
std::string common_text(const std::vector<const case_result*>& results) {
  const std::string first = lasting_part(message_of(*results.front()));
  const bool same = std::all_of(results.begin(), results.end(), [&](const case_result* c) {
    return message_of(*c).find(first) != std::string::npos;
  });
  return same ? first : "";
}

bool counts(const case_result& c, bool strict) {
  return c.level == "must" || (strict && c.level == "should");
}

std::string flaky_line(const std::string& id, std::string_view text, const sighting& s,
                       std::string_view before) {
  return line_of(baseline_kind::flaky, id, text,
                 fmt::format("{}: passed in {} of {} runs{}{}", to_judge, s.passed, s.judged(),
                             before.empty() ? "" : "; before: ", before));
}

class updater {
 public:
  updater(const sightings& seen, const std::vector<std::string>& all_ids,
          const update_options& options)
      : seen_(seen), all_ids_(all_ids), options_(options) {}

  // One pass over the entries of |known|, which stand in |lines|. false: nothing changed.
  bool amend(const baseline& known, std::vector<std::string>& lines, baseline_update& out) const {
    // From the end, so that line numbers stay right; the first change may decide about the others.
    for (auto e = known.rbegin(); e != known.rend(); ++e) {
      const auto becomes = amended(*e, known);
      const auto at = lines.begin() + (e->where.line - 1);
      if (becomes.size() == 1 && becomes.front() == *at) continue;
      out.removed.push_back(*at);
      out.added.insert(out.added.end(), becomes.begin(), becomes.end());
      lines.insert(lines.erase(at), becomes.begin(), becomes.end());
      return true;
    }
    return false;
  }

  // Lines for failures that no entry excuses.
  std::vector<std::string> additions(const baseline& known) const {
    std::vector<std::string> out;
    if (options_.only_shrink) return out;
    for (const auto& [id, s] : seen_) {
      const auto unknown = not_excused(s, known);
      if (unknown.empty() || !counts(*unknown.front(), options_.strict)) continue;
      const std::string text = common_text(unknown);
      if (s.wavers()) {
        out.push_back(flaky_line(id, text, s, ""));
      } else {
        const bool unclear = unknown.front()->outcome == verdict::inconclusive;
        out.push_back(line_of(baseline_kind::fail, id, text,
                              fmt::format("{}{}", to_judge, unclear ? ": inconclusive" : "")));
      }
    }
    return out;
  }

 private:
  // The unhappy results that no entry knows.
  static std::vector<const case_result*> not_excused(const sighting& s, const baseline& known) {
    std::vector<const case_result*> out;
    std::copy_if(s.unhappy.begin(), s.unhappy.end(), std::back_inserter(out),
                 [&](const case_result* c) {
                   return std::none_of(known.begin(), known.end(), [&](const baseline_entry& e) {
                     return e.kind != baseline_kind::skip && matches_pattern(e.pattern, c->id) &&
                            has_text_of(e, *c);
                   });
                 });
    return out;
  }

  // What the line of |e| becomes.
  std::vector<std::string> amended(const baseline_entry& e, const baseline& known) const {
    const std::vector<std::string> as_it_is = {e.source_line};
    // Not seen is not mended, where chance decides what is seen.
    if (is_of_finding(e.pattern)) return as_it_is;
    std::vector<std::string> parts;
    bool stale = true;
    bool whole = true;
    for (const std::string& id : all_ids_) {
      if (!matches_pattern(e.pattern, id)) continue;
      stale = false;
      if (e.kind != baseline_kind::fail) return as_it_is;
      std::string line = line_for(e, id, known);
      whole = whole && line == same_for(e, id);
      if (!line.empty()) parts.push_back(std::move(line));
    }
    return !stale && whole ? as_it_is : parts;
  }

  static std::string same_for(const baseline_entry& e, const std::string& id) {
    return line_of(e.kind, id, e.text, e.reason);
  }

  // The line that |id| alone needs instead of |e|, which is a `fail`; "": none.
  std::string line_for(const baseline_entry& e, const std::string& id,
                       const baseline& known) const {
    const auto found = seen_.find(id);
    if (found == seen_.end() || found->second.judged() == 0) return same_for(e, id);
    const sighting& s = found->second;
    const bool may_pass = std::any_of(known.begin(), known.end(), [&](const baseline_entry& other) {
      return other.kind == baseline_kind::flaky && other.text.empty() &&
             matches_pattern(other.pattern, id);
    });
    if (may_pass) return same_for(e, id);
    if (s.only_passes()) return "";
    if (options_.only_shrink) return same_for(e, id);
    if (s.wavers()) return flaky_line(id, e.text, s, e.reason);
    const bool told = std::any_of(s.unhappy.begin(), s.unhappy.end(),
                                  [&](const case_result* c) { return has_text_of(e, *c); });
    const auto unknown = not_excused(s, known);
    if (told || unknown.empty()) return same_for(e, id);
    return line_of(e.kind, id, common_text(unknown),
                   fmt::format("{}: before {}, {}", to_judge, in_quotes(e.text), e.reason));
  }

  const sightings& seen_;
  const std::vector<std::string>& all_ids_;
  const update_options& options_;
};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    out.emplace_back(text.substr(0, end));
    if (out.back().ends_with('\r')) out.back().pop_back();
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace

std::string lasting_part(std::string_view message) {
  constexpr std::size_t most = 120;
  std::string text(message.substr(0, message.find("; hex(")));
  // {ns}: a letter t, a tag, five hexadecimal digits.
  static const std::regex made_up("\\bt[a-z0-9]{5,12}[0-9a-f]{5}\\b");
  std::string best;
  std::sregex_token_iterator part(text.begin(), text.end(), made_up, -1);
  for (; part != std::sregex_token_iterator(); ++part) {
    if (static_cast<std::size_t>(part->length()) > best.size()) best = part->str();
  }
  // Not in the midst of a character, and nothing that a line cannot hold.
  const auto odd = std::find_if(best.begin(), best.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  });
  best.resize(std::min<std::size_t>(most, static_cast<std::size_t>(odd - best.begin())));
  while (!best.empty() && (static_cast<unsigned char>(best.back()) & 0x80) != 0) best.pop_back();
  return best;
}

result<baseline_update, std::vector<diagnostic>> update_baseline(
    const std::string& file, std::string_view text, const std::vector<results::run_results>& runs,
    const std::vector<std::string>& all_ids, const update_options& options) {
  baseline_update out;
  const sightings seen = gather(runs);
  std::vector<std::string> lines = lines_of(text);
  updater by(seen, all_ids, options);
  // An entry that goes uncovers the next one that matches its cases.
  for (bool again = true; again;) {
    const auto known = parse_baseline(file, joined(lines));
    if (!known) return unexpected(known.error());
    again = by.amend(*known, lines, out);
  }
  const auto known = parse_baseline(file, joined(lines));
  if (!known) return unexpected(known.error());
  for (std::string& line : by.additions(*known)) {
    out.added.push_back(line);
    lines.push_back(std::move(line));
  }
  for (const auto& [id, s] : seen) {
    if (s.errors != 0) {
      out.remarks.push_back(fmt::format("{} ended in an error: nothing is said about it", id));
    }
  }
  // A line that was written and taken away again is no news.
  for (auto it = out.added.begin(); it != out.added.end();) {
    const auto gone = std::find(out.removed.begin(), out.removed.end(), *it);
    if (gone == out.removed.end()) {
      ++it;
      continue;
    }
    out.removed.erase(gone);
    it = out.added.erase(it);
  }
  out.text = out.added.empty() && out.removed.empty() ? std::string(text) : joined(lines);
  return out;
}

}  // namespace mqttspec::verdicts

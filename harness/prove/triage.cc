#include "prove/triage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/pattern.h"

namespace mqttspec::prove {

namespace {

constexpr std::array<std::string_view, survival_count> names{"free", "unobservable", "equivalent",
                                                             "gap"};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// "KIND [STATEMENT ...]: REASON"; false: it is none.
bool read_heading(std::string_view line, triage_entry& into) {
  const auto end = line.find(": ");
  if (end == line.npos) return false;
  const auto words = words_of(line.substr(0, end));
  if (words.empty()) return false;
  const auto kind = std::find(names.begin(), names.end(), words.front());
  if (kind == names.end()) return false;
  into.why = static_cast<survival>(kind - names.begin());
  into.statements.assign(words.begin() + 1, words.end());
  into.reason = trimmed(line.substr(end + 2));
  return !into.reason.empty() && (into.why != survival::free || !into.statements.empty());
}

diagnostic wrong_line(const std::string& file, std::uint32_t line) {
  diagnostic d;
  d.where.file = file;
  d.where.line = line;
  d.message = "neither 'KIND STATEMENT ...: REASON' nor, below one, the name of a mutant";
  d.help = "kinds are free (with statements), unobservable, equivalent and gap";
  return d;
}

}  // namespace

std::string_view survival_name(survival s) {
  return names[static_cast<std::size_t>(s)];
}

const triage_entry* triage::find(std::string_view mutant) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const triage_entry& e) {
    return matches_glob(e.pattern, mutant);
  });
  return found == entries.end() ? nullptr : &*found;
}

triage read_triage(std::string file, std::string_view text, std::vector<diagnostic>& problems) {
  triage out;
  out.file = std::move(file);
  triage_entry heading;
  bool headed = false;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view content = trimmed(line);
    if (content.empty() || content.front() == '#') continue;
    if (line.front() != ' ') {
      heading = {};
      headed = read_heading(content, heading);
      if (!headed) problems.push_back(wrong_line(out.file, number));
      continue;
    }
    if (!headed || content.find(' ') != content.npos) {
      problems.push_back(wrong_line(out.file, number));
      continue;
    }
    triage_entry entry = heading;
    entry.pattern = content;
    entry.line = number;
    out.entries.push_back(std::move(entry));
  }
  return out;
}

verdict_of_triage weigh(const generated_proof& p, const triage& known) {
  verdict_of_triage v;
  for (const tried_mutant& t : p.mutants) {
    const triage_entry* e = known.find(t.what->name);
    if (!t.killer.empty()) {
      if (e != nullptr) {
        v.stale.push_back(
            fmt::format("{}:{}: {} is killed by {}", known.file, e->line, t.what->name, t.killer));
      }
    } else if (t.touched == 0) {
      ++v.unreached;
    } else if (e == nullptr) {
      v.unknown.push_back(&t);
    } else {
      ++v.survivors[static_cast<std::size_t>(e->why)];
    }
  }
  for (const triage_entry& e : known.entries) {
    const auto& all = broker::all_mutants();
    if (std::none_of(all.begin(), all.end(),
                     [&](const broker::mutant& m) { return matches_glob(e.pattern, m.name); })) {
      v.stale.push_back(fmt::format("{}:{}: there is no mutant {}", known.file, e.line, e.pattern));
    }
  }
  return v;
}

std::string to_text(const generated_proof& p, const triage& known) {
  if (!p.failure.empty()) return "nothing was proved: " + p.failure + "\n";
  const verdict_of_triage v = weigh(p, known);
  std::string out;
  for (const tried_mutant* t : v.unknown) {
    out += fmt::format("SURVIVES   {}; {} cases were tried\n", t->what->name, t->touched);
    for (std::size_t n = 0; n < std::min<std::size_t>(t->noticed.size(), 2); ++n) {
      out += fmt::format("{:13}no accusation by {}\n", "", t->noticed[n]);
    }
  }
  for (const std::string& s : v.stale) out += fmt::format("STALE      {}\n", s);
  const auto by_rules = std::count_if(p.mutants.begin(), p.mutants.end(),
                                      [](const tried_mutant& t) { return t.by_rule; });
  out += fmt::format("{} mutants, {} cases, {} runs\n{} killed, {} of them by trace rules alone\n",
                     p.mutants.size(), p.cases, p.runs, p.killed(), by_rules);
  out += fmt::format(
      "the first statement is about the field in {}, its packet in {}, what packets "
      "have in common in {}, another packet in {}\n",
      p.count(aim::field), p.count(aim::packet), p.count(aim::general), p.count(aim::elsewhere));
  const auto of = [&](survival s) { return v.survivors[static_cast<std::size_t>(s)]; };
  out += fmt::format(
      "{} survive: {} free, {} not observable, {} equivalent, {} not reached, {} gaps, {} not "
      "explained; {} stale entries\n",
      p.mutants.size() - p.killed(), of(survival::free), of(survival::unobservable),
      of(survival::equivalent), v.unreached, of(survival::gap), v.unknown.size(), v.stale.size());
  return out;
}

std::string to_json(const generated_proof& p, const triage& known) {
  using nlohmann::json;
  json mutants = json::array();
  for (const tried_mutant& t : p.mutants) {
    json one = {{"name", t.what->name}, {"touched", t.touched}, {"killed_by", t.killer}};
    if (!t.killer.empty()) {
      one["cited"] = t.cited;
      one["about"] = aim_name(t.where);
      one["by_rule"] = t.by_rule;
      one["message"] = t.message;
    } else {
      one["noticed"] = t.noticed;
      if (const triage_entry* e = known.find(t.what->name)) {
        one["why"] = survival_name(e->why);
        one["reason"] = e->reason;
      }
    }
    mutants.push_back(std::move(one));
  }
  const json all = {{"format", 1}, {"failure", p.failure}, {"mutants", std::move(mutants)}};
  return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace mqttspec::prove

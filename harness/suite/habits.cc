#include "suite/habits.h"

#include <fmt/format.h>

#include <algorithm>

#include "script/workarounds.h"
#include "verdicts/decide.h"

namespace mqttspec::suite {

namespace {

using results::case_result;
using results::deviation;
using results::verdict;
using script::feature;

bool is_of_sanity(const case_result& c) {
  return c.file == results::sanity_file;
}

// Of a session that was resumed.
const deviation never_present{"CONNACK.session_present", "1", "0"};

// Identifiers differ from case to case, and so do payloads; what is wrong with them does not.
bool varies(std::string_view of) {
  return of.ends_with(".id") || of == "PUBLISH.payload";
}

std::string key_of(const std::string& version, const deviation& d) {
  return varies(d.of) ? fmt::format("{} {}", version, d.of)
                      : fmt::format("{} {}: {}, {}", version, d.of, d.expected, d.got);
}

// Which message comes, or that none does, is what most cases are about. Only where a client never
// gets its own is that a habit.
bool is_about_a_message(const deviation& d) {
  if (d.of == "PUBLISH") return d.expected != "well formed";
  return d.of.starts_with("PUBLISH.") || (d.of.empty() && d.expected.starts_with("PUBLISH"));
}

bool is_witness(const case_result& c) {
  return is_of_sanity(c) || std::find(c.tags.begin(), c.tags.end(), "witness") != c.tags.end();
}

}  // namespace

void habits::go_round(std::vector<script::scenario>& all) {
  for (script::scenario& s : all) {
    if (!script::is_witness(s)) s = round(std::move(s));
    uses_[s.id] = script::features_of(s);
  }
}

script::scenario habits::round(script::scenario s) const {
  const std::string version(wire::version_name(s.version));
  const auto never = [&](feature f) { return never_works_.contains({f, version}); };
  if (never(feature::begin_without_clean_start)) s = begun_with_clean_start(std::move(s));
  if (never(feature::resume)) return s;
  if (never(feature::resume_of_clean_start)) s = begun_without_clean_start(std::move(s));
  if (never(feature::resume_after_loss)) s = left_by_disconnect(std::move(s));
  if (told_by_.contains(key_of(version, never_present))) s = without_session_present(std::move(s));
  return s;
}

void habits::look_at(case_result& c) {
  if (const auto why = explain(c)) return verdicts::rest_on_another(c, *why);
  if (is_witness(c)) return learn(c);
  for (const feature f : uses_[c.id]) {
    if (never_works_.contains({f, c.version}) && verdicts::lacks_feature(c, script::is_kept(f))) {
      return verdicts::rest_on_another(c, script::absence_of(f));
    }
  }
}

void habits::learn(const case_result& c) {
  if (c.outcome != verdict::fail || !c.fault) return;
  const std::vector<feature>& used = uses_[c.id];
  const feature about = used.empty() ? feature::resume : used.back();
  // Session Present alone does not tell that nothing is kept, but where nothing else can.
  const bool by_flag = script::is_kept(about) && about != feature::resume;
  for (const deviation& d : c.fault->deviations) {
    const bool says_gone = by_flag && key_of("", d) == key_of("", never_present);
    const bool counts = is_of_sanity(c) || !(is_about_a_message(d) || says_gone);
    if (counts) told_by_.emplace(key_of(c.version, d), c.id);
  }
  const bool refused = about == feature::begin_without_clean_start;
  if (!used.empty() && (refused || verdicts::lacks_feature(c, by_flag))) {
    never_works_.insert({about, c.version});
  }
}

std::optional<std::string> habits::explain(const case_result& c) const {
  if (c.outcome != verdict::fail && c.outcome != verdict::inconclusive) return std::nullopt;
  if (!c.fault || c.fault->deviations.empty()) return std::nullopt;
  const std::string* by = nullptr;
  for (const deviation& d : c.fault->deviations) {
    const auto known = told_by_.find(key_of(c.version, d));
    if (known == told_by_.end()) return std::nullopt;
    by = &known->second;
  }
  return fmt::format("so it is in every session here, as {} tells: {}", *by,
                     results::print(c.fault->deviations.front()));
}

}  // namespace mqttspec::suite

#include "reports/compare.h"

#include <fmt/format.h>

#include <map>

#include "reports/digest.h"
#include "reports/escape.h"

namespace mqttspec::reports {

namespace {

using results::case_result;
using results::verdict;

int weight(verdict v) {
  switch (v) {
    case verdict::pass:
      return 0;
    case verdict::pass_note:
      return 1;
    case verdict::skip:
      return 2;
    case verdict::inconclusive:
      return 3;
    case verdict::error:
      return 4;
    case verdict::fail:
      return 5;
  }
  return 4;
}

bool failed(verdict v) {
  return v == verdict::fail || v == verdict::error;
}

bool passed(verdict v) {
  return v == verdict::pass || v == verdict::pass_note;
}

using by_id = std::map<std::string_view, const case_result*>;

by_id worst_by_id(const results::run_results& run) {
  by_id out;
  for (const case_result& c : run.cases) {
    const auto [at, added] = out.emplace(c.id, &c);
    if (!added && weight(c.outcome) > weight(at->second->outcome)) at->second = &c;
  }
  return out;
}

void compare_one(comparison& out, const case_result* then, const case_result& now) {
  change one{now.id, now.title, then ? std::string(verdict_name(then->outcome)) : "",
             std::string(verdict_name(now.outcome)), ""};
  if (!passed(now.outcome)) one.detail = fault_line(now);
  if (failed(now.outcome)) {
    if (then && failed(then->outcome)) {
      ++out.still_failing;
    } else {
      out.new_failures.push_back(std::move(one));
    }
  } else if (!then) {
    out.added.push_back(std::move(one));
  } else if (failed(then->outcome) && passed(now.outcome)) {
    out.mended.push_back(std::move(one));
  } else if (then->outcome != now.outcome) {
    out.changed.push_back(std::move(one));
  }
}

}  // namespace

verdict worse_verdict(verdict a, verdict b) {
  return weight(a) >= weight(b) ? a : b;
}

comparison compare(const results::run_results& older, const results::run_results& run) {
  comparison out;
  out.since = fmt::format("{}, {}", target_name(older), older.started_at);
  const by_id then = worst_by_id(older);
  const by_id now = worst_by_id(run);
  for (const auto& [id, c] : now) {
    const auto at = then.find(id);
    compare_one(out, at == then.end() ? nullptr : at->second, *c);
  }
  for (const auto& [id, c] : then) {
    if (now.contains(id)) continue;
    out.gone.push_back({c->id, c->title, std::string(verdict_name(c->outcome)), "", ""});
  }
  return out;
}

std::string comparison_summary(const comparison& c) {
  std::vector<std::string> parts;
  const auto part = [&](std::size_t n, const std::string& what) {
    if (n != 0) parts.push_back(what);
  };
  part(c.new_failures.size(), counted(c.new_failures.size(), "new failure"));
  part(c.mended.size(), fmt::format("{} mended", c.mended.size()));
  part(c.changed.size(), fmt::format("{} otherwise changed", c.changed.size()));
  part(c.added.size(), counted(c.added.size(), "new case"));
  part(c.gone.size(), fmt::format("{} gone", c.gone.size()));
  if (parts.empty()) parts.push_back("no change");
  part(c.still_failing, fmt::format("{} still failing", c.still_failing));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<comparison_part> comparison_parts(const comparison& c) {
  std::vector<comparison_part> out;
  const auto part = [&](std::string_view title, const std::vector<change>& changes) {
    if (!changes.empty()) out.push_back({title, &changes});
  };
  part("New failures", c.new_failures);
  part("Mended", c.mended);
  part("Otherwise changed", c.changed);
  part("New cases", c.added);
  part("Gone", c.gone);
  return out;
}

std::string change_text(const change& c) {
  return fmt::format("{} -> {}{}{}", c.before.empty() ? "absent" : c.before,
                     c.now.empty() ? "absent" : c.now, c.detail.empty() ? "" : ": ", c.detail);
}

std::string to_text(const comparison& c) {
  std::string out = fmt::format("since {}: {}\n", visible_line(c.since), comparison_summary(c));
  for (const comparison_part& part : comparison_parts(c)) {
    out += fmt::format("\n{}\n", part.title);
    for (const change& one : *part.changes) {
      out += fmt::format("  {}  {}\n", visible_line(one.id), visible_line(change_text(one)));
    }
  }
  return out;
}

}  // namespace mqttspec::reports

#include "suite/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/pattern.h"

namespace mqttspec::suite {

namespace {

// FNV-1a: the same shard on every platform and in every version.
std::uint64_t stable_hash(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325u ^ seed;
  for (const char c : text) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3u;
  }
  hash ^= hash >> 33;
  return hash * 0xff51afd7ed558ccdu;
}

bool in_file(std::string_view path, const std::string& file) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path == "." || path.empty()) return true;
  return file == path || (file.starts_with(path) && file[path.size()] == '/');
}

bool cites(const script::scenario& s, const std::string& wanted) {
  const auto statements = script::statements_of(s);
  return std::any_of(statements.begin(), statements.end(), [&](const auto& one) {
    return one.id == wanted || script::print(one) == wanted;
  });
}

template <class List, class Test>
bool empty_or_any(const List& list, Test test) {
  return list.empty() || std::any_of(list.begin(), list.end(), test);
}

bool has(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

result<shard, std::string> parse_shard(std::string_view text) {
  shard out;
  const auto slash = text.find('/');
  const auto number = [](std::string_view digits, std::uint32_t& into) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  if (slash == std::string_view::npos || !number(text.substr(0, slash), out.index) ||
      !number(text.substr(slash + 1), out.count) || out.count == 0 || out.index == 0 ||
      out.index > out.count) {
    return unexpected(fmt::format("'{}' is not I/N with 1 <= I <= N", text));
  }
  return out;
}

bool selects(const selection& s, const script::scenario& scenario) {
  if (s.ids && !s.ids->contains(scenario.id)) return false;
  if (!s.patterns.empty() || !s.files.empty()) {
    const bool named = std::any_of(s.patterns.begin(), s.patterns.end(),
                                   [&](const auto& p) { return matches_pattern(p, scenario.id); });
    const bool in_named_file = std::any_of(
        s.files.begin(), s.files.end(), [&](const auto& f) { return in_file(f, scenario.file); });
    if (!named && !in_named_file) return false;
  }
  if (!empty_or_any(s.tags, [&](const auto& t) { return has(scenario.tags, t); })) return false;
  for (const std::string& tag : s.not_tags) {
    if (has(scenario.tags, tag)) return false;
  }
  const std::string level(script::level_name(scenario.level));
  if (!s.levels.empty() && !has(s.levels, level)) return false;
  if (!empty_or_any(s.statements, [&](const auto& id) { return cites(scenario, id); })) {
    return false;
  }
  if (!empty_or_any(s.purposes, [&](const auto& wanted) {
        return std::any_of(scenario.purposes.begin(), scenario.purposes.end(),
                           [&](const auto& p) { return matches_glob(wanted, p); });
      })) {
    return false;
  }
  // By path and not by id: both versions of a scenario fall into one shard.
  return s.part.count == 1 || stable_hash(scenario.path, 0) % s.part.count == s.part.index - 1;
}

std::vector<std::size_t> select(const selection& s,
                                const std::vector<script::scenario>& scenarios) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    if (selects(s, scenarios[i])) chosen.push_back(i);
  }
  if (s.sample && *s.sample < chosen.size()) {
    std::sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
      const auto hash_a = stable_hash(scenarios[a].id, s.seed);
      const auto hash_b = stable_hash(scenarios[b].id, s.seed);
      return hash_a != hash_b ? hash_a < hash_b : a < b;
    });
    chosen.resize(*s.sample);
    std::sort(chosen.begin(), chosen.end());
  }
  return chosen;
}

std::vector<std::string> unmatched_patterns(const selection& s,
                                            const std::vector<script::scenario>& scenarios) {
  std::vector<std::string> out;
  for (const std::string& p : s.patterns) {
    if (std::none_of(scenarios.begin(), scenarios.end(),
                     [&](const auto& one) { return matches_pattern(p, one.id); })) {
      out.push_back(p);
    }
  }
  return out;
}

}  // namespace mqttspec::suite

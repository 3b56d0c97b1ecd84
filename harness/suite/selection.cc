#include "suite/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/pattern.h"
#include "base/spelling.h"

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
    return matches_glob(wanted, one.id) || matches_glob(wanted, script::print(one));
  });
}

// A path names what it is or what lies below it; a pattern what it matches.
bool names(std::string_view pattern, const script::scenario& s) {
  if (matches_pattern(pattern, s.id)) return true;
  while (pattern.ends_with('/')) pattern.remove_suffix(1);
  return pattern.find_first_of("*[") == std::string_view::npos && s.path.starts_with(pattern) &&
         s.path.size() > pattern.size() && s.path[pattern.size()] == '/';
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

namespace {

// A condition of a selection. |values| is how the command line wrote it; empty: it is not set.
struct condition {
  std::string_view option;
  std::vector<std::string> (*values)(const selection& s);
  bool (*holds)(const selection& s, const script::scenario& of);
};

const std::vector<condition>& conditions() {
  using script::scenario;
  static const std::vector<condition> all = {
      {"--failed",
       [](const selection& s) { return std::vector<std::string>(s.ids ? 1 : 0, "its file"); },
       [](const selection& s, const scenario& of) { return !s.ids || s.ids->contains(of.id); }},
      {"",
       [](const selection& s) {
         std::vector<std::string> words = s.patterns;
         words.insert(words.end(), s.files.begin(), s.files.end());
         return words;
       },
       [](const selection& s, const scenario& of) {
         return (s.patterns.empty() && s.files.empty()) ||
                std::any_of(s.patterns.begin(), s.patterns.end(),
                            [&](const auto& p) { return names(p, of); }) ||
                std::any_of(s.files.begin(), s.files.end(),
                            [&](const auto& f) { return in_file(f, of.file); });
       }},
      {"--exclude", [](const selection& s) { return s.excluded; },
       [](const selection& s, const scenario& of) {
         return std::none_of(s.excluded.begin(), s.excluded.end(),
                             [&](const auto& p) { return names(p, of); });
       }},
      {"--tag", [](const selection& s) { return s.tags; },
       [](const selection& s, const scenario& of) {
         return empty_or_any(s.tags, [&](const auto& t) { return has(of.tags, t); });
       }},
      {"--not-tag", [](const selection& s) { return s.not_tags; },
       [](const selection& s, const scenario& of) {
         return std::none_of(s.not_tags.begin(), s.not_tags.end(),
                             [&](const auto& t) { return has(of.tags, t); });
       }},
      {"--level", [](const selection& s) { return s.levels; },
       [](const selection& s, const scenario& of) {
         return s.levels.empty() || has(s.levels, std::string(script::level_name(of.level)));
       }},
      {"--statement", [](const selection& s) { return s.statements; },
       [](const selection& s, const scenario& of) {
         return empty_or_any(s.statements, [&](const auto& id) { return cites(of, id); });
       }},
      {"--purpose", [](const selection& s) { return s.purposes; },
       [](const selection& s, const scenario& of) {
         return empty_or_any(s.purposes, [&](const auto& wanted) {
           return std::any_of(of.purposes.begin(), of.purposes.end(),
                              [&](const auto& p) { return matches_glob(wanted, p); });
         });
       }},
      {"--shard",
       [](const selection& s) {
         return std::vector<std::string>(s.part.count == 1 ? 0 : 1,
                                         fmt::format("{}/{}", s.part.index, s.part.count));
       },
       // By path and not by id: both versions of a scenario fall into one shard.
       [](const selection& s, const scenario& of) {
         return s.part.count == 1 || stable_hash(of.path, 0) % s.part.count == s.part.index - 1;
       }},
  };
  return all;
}

// Cases and folders whose names resemble |pattern|, as patterns.
std::string similar(const std::string& pattern, const std::vector<script::scenario>& scenarios) {
  std::set<std::string> known;
  for (const script::scenario& s : scenarios) {
    known.insert(s.path);
    if (s.name == pattern) return fmt::format("did you mean '**/{}'?", s.name);
    for (auto at = s.path.find('/'); at != std::string::npos; at = s.path.find('/', at + 1)) {
      known.insert(s.path.substr(0, at) + (pattern.ends_with("**") ? "/**" : ""));
    }
  }
  const std::string help = suggest(pattern, {known.begin(), known.end()});
  return help.starts_with("did you mean") ? help : "";
}

// What may have been meant by a value of |option| that no scenario has.
std::string similar_value(std::string_view option, const std::string& value,
                          const std::vector<script::scenario>& scenarios) {
  std::set<std::string> known;
  for (const script::scenario& s : scenarios) {
    if (option == "--tag") known.insert(s.tags.begin(), s.tags.end());
    if (option == "--purpose") known.insert(s.purposes.begin(), s.purposes.end());
    if (option != "--statement") continue;
    for (const auto& one : script::statements_of(s)) known.insert(one.id);
  }
  if (known.contains(value)) return "";
  const std::string help = suggest(value, {known.begin(), known.end()});
  if (option != "--statement" || help.starts_with("did you mean")) return help;
  return "mqttspec list --statements shows all statements";
}

}  // namespace

bool selects(const selection& s, const script::scenario& scenario) {
  return std::all_of(conditions().begin(), conditions().end(),
                     [&](const condition& c) { return c.holds(s, scenario); });
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
                     [&](const auto& one) { return names(p, one); })) {
      out.push_back(p);
    }
  }
  return out;
}

std::optional<empty_selection> why_nothing(const selection& s,
                                           const std::vector<script::scenario>& scenarios) {
  for (const std::string& p : unmatched_patterns(s, scenarios)) {
    const std::string help = similar(p, scenarios);
    return empty_selection{fmt::format("no case matches '{}'", p),
                           help.empty() ? "mqttspec list shows all cases" : help};
  }
  std::vector<const script::scenario*> left;
  for (const script::scenario& one : scenarios) left.push_back(&one);
  for (const condition& c : conditions()) {
    const std::size_t before = left.size();
    std::erase_if(left, [&](const auto* one) { return !c.holds(s, *one); });
    if (!left.empty()) continue;
    const std::vector<std::string> values = c.values(s);
    const std::string said = fmt::format("{}", fmt::join(values, ","));
    const std::string help =
        values.size() == 1 ? similar_value(c.option, said, scenarios) : std::string();
    return empty_selection{fmt::format("{}{}{} leaves none of {} cases", c.option,
                                       c.option.empty() ? "" : " ", said, before),
                           help.empty() ? "mqttspec list --json shows what each case has" : help};
  }
  return std::nullopt;
}

}  // namespace mqttspec::suite

#include "script/known_bugs.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

namespace mqttspec::script {

namespace {

using nlohmann::json;

bool read_text(const json& entry, const char* key, std::string& into) {
  const auto found = entry.find(key);
  if (found == entry.end()) return true;
  if (!found->is_string()) return false;
  into = found->get<std::string>();
  return true;
}

bool read_texts(const json& entry, const char* key, std::vector<std::string>& into) {
  const auto found = entry.find(key);
  if (found == entry.end()) return true;
  if (!found->is_array()) return false;
  for (const json& one : *found) {
    if (!one.is_string()) return false;
    into.push_back(one.get<std::string>());
  }
  return true;
}

}  // namespace

std::optional<std::vector<known_bug>> parse_known_bugs(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_array()) return std::nullopt;
  std::vector<known_bug> out;
  for (const json& entry : document) {
    known_bug b;
    if (!entry.is_object() || !read_text(entry, "what", b.what) || b.what.empty() ||
        !read_texts(entry, "seen_in", b.seen_in) || !read_texts(entry, "defects", b.defects) ||
        !read_texts(entry, "cases", b.cases) || !read_text(entry, "why", b.why)) {
      return std::nullopt;
    }
    out.push_back(std::move(b));
  }
  return out;
}

std::vector<known_bug> load_known_bugs(const std::string& directory,
                                       std::vector<diagnostic>& problems) {
  const std::filesystem::path path = std::filesystem::path(directory) / "real-bugs.json";
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  std::ostringstream text;
  text << file.rdbuf();
  if (auto bugs = parse_known_bugs(text.str())) return std::move(*bugs);
  diagnostic d;
  d.message = "real-bugs.json is not a list of faults";
  d.where.file = path.string();
  problems.push_back(std::move(d));
  return {};
}

std::vector<std::string> known_bug_faults(const std::vector<known_bug>& bugs,
                                          const std::vector<scenario>& scenarios) {
  std::set<std::string, std::less<>> paths;
  for (const scenario& s : scenarios) paths.insert(s.id.substr(0, s.id.find('[')));
  std::vector<std::string> faults;
  std::set<std::string_view> told;
  for (const known_bug& b : bugs) {
    if (!told.insert(b.what).second)
      faults.push_back(fmt::format("{}: stands there twice", b.what));
    if (b.cases.empty() && b.why.empty()) {
      faults.push_back(fmt::format("{}: has neither a case nor a reason", b.what));
    }
    if (!b.cases.empty() && !b.why.empty()) {
      faults.push_back(fmt::format("{}: has a reason, and {}", b.what, b.cases.front()));
    }
    for (const std::string& c : b.cases) {
      if (!paths.contains(c)) faults.push_back(fmt::format("{}: there is no case {}", b.what, c));
    }
  }
  return faults;
}

}  // namespace mqttspec::script

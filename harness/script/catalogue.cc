#include "script/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "base/spelling.h"

namespace mqttspec::script {

namespace {

using nlohmann::json;

// The text of |key|, whatever its JSON type; "" when it is absent.
std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// An array of objects that have an id.
bool is_list_of_entries(const json& document) {
  if (!document.is_array()) return false;
  return std::all_of(document.begin(), document.end(), [](const json& entry) {
    return entry.is_object() && entry.contains("id") && entry["id"].is_string();
  });
}

// The names of protocol versions under "versions", 5 first; nullopt: not that. Absent: none.
std::optional<std::vector<wire::protocol_version>> versions_of(const json& entry) {
  std::vector<wire::protocol_version> out;
  const auto found = entry.find("versions");
  if (found == entry.end()) return out;
  if (!found->is_array()) return std::nullopt;
  for (const json& name : *found) {
    if (name == "5") {
      out.insert(out.begin(), wire::protocol_version::v5);
    } else if (name == "3.1.1") {
      out.push_back(wire::protocol_version::v311);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

json parse(std::string_view text) {
  return json::parse(text, nullptr, false);
}

std::vector<std::string_view> nearest(std::string_view word,
                                      std::vector<std::string_view> candidates, std::size_t most) {
  most = std::min(most, candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(most),
                    candidates.end(), [&](std::string_view a, std::string_view b) {
                      const auto x = edit_distance(word, a);
                      const auto y = edit_distance(word, b);
                      return x != y ? x < y : a < b;
                    });
  candidates.resize(most);
  return candidates;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

catalogue catalogue::load(const std::string& directory, std::vector<diagnostic>& problems) {
  catalogue c;
  using reader = bool (catalogue::*)(std::string_view);
  static constexpr std::pair<const char*, reader> files[] = {
      {"v5.json", &catalogue::add_statements},
      {"v311.json", &catalogue::add_statements},
      {"purposes.json", &catalogue::add_purposes},
      {"not-covered.json", &catalogue::add_coverage_notes},
  };
  for (const auto& [name, read] : files) {
    const std::filesystem::path path = std::filesystem::path(directory) / name;
    std::ifstream file(path, std::ios::binary);
    if (!file) continue;
    std::ostringstream text;
    text << file.rdbuf();
    if ((c.*read)(text.str())) continue;
    diagnostic d;
    d.message = fmt::format("{} is not a list of entries with ids", name);
    d.where.file = path.string();
    problems.push_back(std::move(d));
  }
  std::ifstream version(std::filesystem::path(directory) / "version.txt");
  if (std::string word; version >> word) c.version_ = std::move(word);
  return c;
}

bool catalogue::add_statements(std::string_view text) {
  const json document = parse(text);
  if (!is_list_of_entries(document)) return false;
  for (const json& entry : document) {
    statement_entry s;
    s.id = text_of(entry, "id");
    const std::string version = text_of(entry, "version");
    if (version != "5" && version != "3.1.1") return false;
    s.version = version == "5" ? wire::protocol_version::v5 : wire::protocol_version::v311;
    s.section = text_of(entry, "section");
    s.level = text_of(entry, "level");
    s.who = text_of(entry, "who");
    s.summary = text_of(entry, "summary");
    s.status = text_of(entry, "status");
    s.why = text_of(entry, "why");
    s.comment = text_of(entry, "comment") == "true";
    for (const json& item : entry.value("about", json::array())) {
      auto about = parse_subject(item.is_string() ? item.get<std::string>() : "");
      if (!about) return false;
      s.about.push_back(std::move(*about));
    }
    const statement_key key{s.version, s.id};
    if (statements_.insert_or_assign(key, std::move(s)).second) order_.push_back(key);
  }
  return true;
}

bool catalogue::add_purposes(std::string_view text) {
  const json document = parse(text);
  if (!is_list_of_entries(document)) return false;
  for (const json& entry : document) {
    auto versions = versions_of(entry);
    if (!versions) return false;
    purpose_entry p{text_of(entry, "id"), text_of(entry, "title"), std::move(*versions)};
    purposes_[p.id] = std::move(p);
  }
  return true;
}

bool catalogue::add_coverage_notes(std::string_view text) {
  const json document = parse(text);
  if (!is_list_of_entries(document)) return false;
  for (const json& entry : document) {
    auto versions = versions_of(entry);
    if (!versions) return false;
    coverage_notes_.push_back({text_of(entry, "id"), text_of(entry, "why"), std::move(*versions),
                               text_of(entry, "partly") == "true"});
  }
  return true;
}

const statement_entry* catalogue::find(wire::protocol_version version, std::string_view id) const {
  const auto found = statements_.find({version, std::string(id)});
  return found == statements_.end() ? nullptr : &found->second;
}

const purpose_entry* catalogue::find_purpose(std::string_view id) const {
  const auto found = purposes_.find(id);
  return found == purposes_.end() ? nullptr : &found->second;
}

bool catalogue::has_statements(wire::protocol_version version) const {
  const auto first = statements_.lower_bound({version, ""});
  return first != statements_.end() && first->first.first == version;
}

std::vector<const statement_entry*> catalogue::statements() const {
  std::vector<const statement_entry*> all;
  for (const statement_key& key : order_) all.push_back(&statements_.at(key));
  return all;
}

std::vector<const purpose_entry*> catalogue::purposes() const {
  std::vector<const purpose_entry*> all;
  for (const auto& [key, entry] : purposes_) all.push_back(&entry);
  return all;
}

std::vector<std::string_view> catalogue::near(wire::protocol_version version, std::string_view id,
                                              std::size_t most) const {
  std::vector<std::string_view> candidates;
  for (const auto& [key, entry] : statements_) {
    if (key.first == version) candidates.emplace_back(entry.id);
  }
  return nearest(id, std::move(candidates), most);
}

std::vector<std::string_view> catalogue::near_purposes(std::string_view id,
                                                       std::size_t most) const {
  std::vector<std::string_view> candidates;
  for (const auto& [key, entry] : purposes_) candidates.emplace_back(key);
  return nearest(id, std::move(candidates), most);
}

bool is_statement_id(std::string_view id) {
  const auto last_hyphen = id.rfind('-');
  const auto first_hyphen = id.find('-');
  if (first_hyphen == std::string_view::npos || first_hyphen == last_hyphen) return false;
  const std::string_view prefix = id.substr(0, first_hyphen);
  const std::string_view section = id.substr(first_hyphen + 1, last_hyphen - first_hyphen - 1);
  const std::string_view rest = id.substr(last_hyphen + 1);
  if (section.empty() || rest.empty() || !is_digit(section.front()) || !is_digit(section.back())) {
    return false;
  }
  if (!std::all_of(section.begin(), section.end(),
                   [](char c) { return is_digit(c) || c == '.'; })) {
    return false;
  }
  if (prefix == "MQTT") return std::all_of(rest.begin(), rest.end(), is_digit);
  if (prefix != "v5" && prefix != "v311") return false;
  return std::all_of(rest.begin(), rest.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); });
}

bool is_purpose_id(std::string_view id) {
  if (!id.starts_with("S-")) return false;
  id.remove_prefix(2);
  const auto hyphen = id.find('-');
  if (hyphen == 0 || hyphen == std::string_view::npos) return false;
  const std::string_view group = id.substr(0, hyphen);
  const std::string_view number = id.substr(hyphen + 1);
  return !number.empty() && std::all_of(number.begin(), number.end(), is_digit) &&
         std::all_of(group.begin(), group.end(),
                     [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
}

}  // namespace mqttspec::script

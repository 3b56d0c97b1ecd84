#include "fuzz/naive_topic.h"

namespace mqttspec::fuzz {

std::vector<std::string> naive_levels(std::string_view text) {
  std::vector<std::string> levels(1);
  for (const char c : text) {
    if (c == '/') {
      levels.emplace_back();
    } else {
      levels.back() += c;
    }
  }
  return levels;
}

namespace {

bool contains_any(std::string_view text, std::string_view characters) {
  return text.find_first_of(characters) != text.npos;
}

bool is_text(std::string_view text) {
  return !text.empty() && text.size() <= 65535 && text.find('\0') == text.npos;
}

}  // namespace

bool naive_valid_name(std::string_view name) {
  return is_text(name) && !contains_any(name, "+#");
}

bool naive_valid_filter(std::string_view filter) {
  if (!is_text(filter)) return false;
  std::vector<std::string> levels = naive_levels(filter);
  if (levels[0] == "$share" && levels.size() > 1) {
    // A share name, and a filter of at least one character.
    if (levels[1].empty() || contains_any(levels[1], "+#") || levels.size() < 3) return false;
    if (levels.size() == 3 && levels[2].empty()) return false;
    levels.erase(levels.begin(), levels.begin() + 2);
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i] == "+" || !contains_any(levels[i], "+#")) continue;
    if (levels[i] != "#" || i + 1 != levels.size()) return false;
  }
  return true;
}

std::string naive_plain_filter(std::string_view filter) {
  std::vector<std::string> levels = naive_levels(filter);
  if (levels.size() < 3 || levels[0] != "$share") return std::string(filter);
  std::string plain = levels[2];
  for (std::size_t i = 3; i < levels.size(); ++i) plain += "/" + levels[i];
  return plain;
}

bool naive_matches(std::string_view filter, std::string_view topic) {
  const std::vector<std::string> wanted = naive_levels(filter);
  const std::vector<std::string> given = naive_levels(topic);
  if (topic.starts_with("$") && (wanted[0] == "+" || wanted[0] == "#")) return false;
  std::size_t i = 0;
  for (; i < wanted.size(); ++i) {
    if (wanted[i] == "#") return true;
    if (i >= given.size()) return false;
    if (wanted[i] != "+" && wanted[i] != given[i]) return false;
    if (i + 1 == given.size() && i + 2 == wanted.size() && wanted[i + 1] == "#") return true;
  }
  return i == given.size();
}

}  // namespace mqttspec::fuzz

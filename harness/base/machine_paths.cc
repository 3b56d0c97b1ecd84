#include "base/machine_paths.h"

#include <string_view>

namespace mqttspec {

namespace {

bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool in_name(char c) {
  return alphanumeric(c) || c == '-' || c == '.';
}

// The length of a name that mktemp or a tempfile library gives, where |text| begins with one:
// "tmp.KsyR1HuK7g", "tmpk2x9_a1b".
std::size_t made_up_name(std::string_view text) {
  if (!text.starts_with("tmp")) return 0;
  const std::size_t random = text.size() > 3 && text[3] == '.' ? 4 : 3;
  std::size_t end = random;
  while (end < text.size() && alphanumeric(text[end])) ++end;
  return end - random < 6 ? 0 : end;
}

// Calls |at|(text, begin, end) wherever |folder| stands as a whole; it returns where to go on.
template <class Replace>
void each_folder(std::string& text, std::string folder, Replace at) {
  while (folder.ends_with('/')) folder.pop_back();
  if (folder.empty()) return;
  for (auto begin = text.find(folder); begin != std::string::npos;) {
    const auto end = begin + folder.size();
    const bool whole =
        (begin == 0 || !in_name(text[begin - 1])) && (end == text.size() || !in_name(text[end]));
    begin = text.find(folder, whole ? at(begin, end) : end);
  }
}

}  // namespace

std::string without_machine_paths(std::string text, const machine_paths& here) {
  each_folder(text, here.working, [&](std::size_t begin, std::size_t end) {
    const bool below = end + 1 < text.size() && text[end] == '/' && in_name(text[end + 1]);
    text.replace(begin, end - begin + (below ? 1 : 0), below ? "" : ".");
    return begin;
  });
  each_folder(text, here.temporary, [&](std::size_t begin, std::size_t end) {
    if (end == text.size() || text[end] != '/') return end;
    const std::size_t name = made_up_name(std::string_view(text).substr(end + 1));
    if (name == 0) return end;
    constexpr std::string_view instead = "{directory}";
    text.replace(begin, end + 1 + name - begin, instead);
    return begin + instead.size();
  });
  each_folder(text, here.home, [&](std::size_t begin, std::size_t end) {
    text.replace(begin, end - begin, "~");
    return begin + 1;
  });
  return text;
}

}  // namespace mqttspec

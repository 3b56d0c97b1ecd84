#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace mqttspec::cli {

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
  std::istringstream words{std::string(text)};
  std::string out;
  std::size_t used = indent;
  for (std::string word; words >> word;) {
    if (!out.empty() && used + 1 + word.size() > columns) {
      out += "\n" + std::string(indent, ' ');
      used = indent;
    } else if (!out.empty()) {
      out += ' ';
      ++used;
    }
    out += word;
    used += word.size();
  }
  return out;
}

std::string help_text(const command_description& c, std::size_t columns) {
  constexpr std::size_t text_begins = 30;
  std::string out = fmt::format("usage: {}\n\n{}\n", c.usage, wrapped(c.explanation, columns));
  std::string group;
  for (const option_description& o : c.options) {
    if (o.group != group) out += fmt::format("\n{}\n", wrapped(o.group + ":", columns));
    group = o.group;
    const std::string left = "  " + o.synopsis();
    const std::string text = wrapped(o.text, std::max(columns, text_begins + 20), text_begins);
    out += left.size() + 2 > text_begins ? fmt::format("{}\n{:{}}{}\n", left, "", text_begins, text)
                                         : fmt::format("{:{}}{}\n", left, text_begins, text);
  }
  return out + "\n" +
         wrapped(
             "Every option can also stand in the environment: --queue-limit as "
             "MQTTSPEC_QUEUE_LIMIT.",
             columns) +
         "\n";
}

}  // namespace mqttspec::cli

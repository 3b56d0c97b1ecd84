// The man page and docs/options.md.

#include <fmt/format.h>

#include <cctype>
#include <map>

#include "cli/exit_codes.h"
#include "cli/generate.h"

namespace mqttspec::cli {

namespace {

// Text in roff: a backslash, a hyphen that is to be copied, a dot that would be a request.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

// "-b, --broker HOST:PORT"
std::string roff_synopsis(const option_description& o) {
  const auto name = [](const std::string& n) { return fmt::format("\\fB{}\\fR", roff(n)); };
  std::string out;
  if (o.letter != 0) out += name(fmt::format("-{}", o.letter)) + ", ";
  out += name("--" + o.name);
  if (o.value.empty()) return out;
  return fmt::format("{}{}\\fI{}\\fR{}", out, o.value_optional ? "[=" : " ", roff(o.value),
                     o.value_optional ? "]" : "");
}

std::string man_options(const command_description& c) {
  std::string out;
  std::string group;
  for (const option_description& o : c.options) {
    if (o.group != group) out += fmt::format(".PP\n{}:\n", roff(o.group));
    group = o.group;
    out += fmt::format(".TP\n{}\n{}\n", roff_synopsis(o), roff(o.text));
  }
  return out;
}

// A cell of a table in Markdown.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

}  // namespace

std::string man_page(const command_table& commands) {
  std::string out =
      ".\\\" Made by `mqttspec generate man`.\n"
      ".TH MQTTSPEC 1 \"2026-11-25\" \"mqttspec " MQTTSPEC_VERSION
      "\" \"User Commands\"\n"
      ".SH NAME\nmqttspec \\- conformance and fuzz test suite for MQTT brokers\n"
      ".SH SYNOPSIS\n\\fBmqttspec\\fR [\\fICOMMAND\\fR] [\\fIOPTIONS\\fR] [\\fIWORD\\fR ...]\n"
      ".SH DESCRIPTION\n"
      "Runs scenarios against an MQTT 5.0 or 3.1.1 broker over real connections and judges every\n"
      "packet by a numbered statement of the standards.\n"
      "Without a command it runs; without a broker it runs against the embedded one.\n";
  for (const command_description& c : commands) {
    out +=
        fmt::format(".SS \"{}\"\n.nf\n{}\n.fi\n.PP\n{}\n{}", roff(c.full_name() + ": " + c.summary),
                    roff(c.usage), roff(c.explanation), man_options(c));
  }
  out += ".SH \"EXIT STATUS\"\n";
  for (const exit_meaning& e : exit_meanings()) {
    out += fmt::format(".TP\n{}\n{}\n", e.code, roff(e.text));
  }
  out +=
      ".SH ENVIRONMENT\n"
      "Every option can be given in the environment: \\fB\\-\\-queue\\-limit\\fR as\n"
      "\\fBMQTTSPEC_QUEUE_LIMIT\\fR.\n"
      "The command line comes before the environment, the environment before a target file.\n"
      ".TP\n\\fBGITHUB_ACTIONS\\fR\n"
      "When it is \\fItrue\\fR, a run writes groups and annotations, and a summary to the file\n"
      "\\fBGITHUB_STEP_SUMMARY\\fR.\n"
      ".TP\n\\fBNO_COLOR\\fR\nNo colours, when it is not empty.\n"
      ".SH FILES\n"
      ".TP\n\\fI../share/mqttspec/cases\\fR\n"
      "The scenarios and the catalogue of statements, relative to the program's folder.\n"
      ".SH EXAMPLES\n.nf\n"
      "mqttspec run \\-\\-broker 127.0.0.1:1883\n"
      "mqttspec run \\-\\-simulate \\(aqqueue/**\\(aq\n"
      "mqttspec explain MQTT\\-3.2.2\\-3\n.fi\n";
  return out;
}

namespace {

using rows = std::vector<std::string>;

// The rows of each group of a command's options, in their order.
std::vector<std::pair<std::string, rows>> groups_of(const command_description& c) {
  std::vector<std::pair<std::string, rows>> out;
  for (const option_description& o : c.options) {
    if (o.name == "color" || o.name == "help") continue;
    if (out.empty() || out.back().first != o.group) out.push_back({o.group, {}});
    out.back().second.push_back(fmt::format("| `{}` | {} |\n", cell(o.synopsis()), cell(o.text)));
  }
  return out;
}

std::string table_of(const rows& list) {
  return fmt::format("| option | |\n| --- | --- |\n{}", fmt::join(list, ""));
}

// "the target (without any ...)" as the heading of its section and as the link to that.
std::string heading_of(std::string group) {
  group = "Options: " + group.substr(0, group.find(" ("));
  return group;
}
std::string anchor_of(const std::string& heading) {
  std::string out;
  for (const char c : heading) {
    if (c == ' ') out += '-';
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

}  // namespace

// What several commands share is told once, at the end.
std::string option_pages(const command_table& commands) {
  std::map<std::pair<std::string, rows>, std::size_t> times;
  for (const command_description& c : commands) {
    for (const auto& group : groups_of(c)) ++times[group];
  }
  const auto is_shared = [&](const auto& group) {
    return times.at(group) > 1 && group.first != "options";
  };
  std::string out =
      "# Options\n\n"
      "`mqttspec generate options` writes this page, and a test compares it with the program. "
      "Every\n"
      "option can also stand in the environment: `--queue-limit` as `MQTTSPEC_QUEUE_LIMIT`. All\n"
      "commands have `--color auto|always|never` and `--help`.\n";
  std::string shared;
  for (const command_description& c : commands) {
    out += fmt::format("\n## mqttspec {}\n\n{}.\n\n    {}\n\n", c.full_name(), c.summary, c.usage);
    rows own;
    std::vector<std::string> links;
    for (auto& group : groups_of(c)) {
      if (!is_shared(group)) {
        own.insert(own.end(), group.second.begin(), group.second.end());
        continue;
      }
      const std::string heading = heading_of(group.first);
      const std::string section = fmt::format("\n## {}\n\n{}", heading, table_of(group.second));
      links.push_back(fmt::format("[{}](#{})", heading.substr(9), anchor_of(heading)));
      if (shared.find(section) == std::string::npos) shared += section;
    }
    if (!own.empty()) out += table_of(own);
    if (!links.empty()) {
      out += fmt::format("{}Also the options for {}.\n", own.empty() ? "" : "\n",
                         fmt::join(links, ", "));
    }
  }
  return out + shared;
}

}  // namespace mqttspec::cli

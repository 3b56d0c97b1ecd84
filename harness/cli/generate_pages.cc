// The man page and docs/options.md.

#include <fmt/format.h>

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

// "-b, --broker HOST:PORT"; |mark| is put around names and values.
template <class Name, class Value>
std::string synopsis(const option_description& o, Name name, Value value) {
  std::string out;
  if (o.letter != 0) out += name(fmt::format("-{}", o.letter)) + ", ";
  out += name("--" + o.name);
  if (o.value.empty()) return out;
  return o.value_optional ? fmt::format("{}[={}]", out, value(o.value))
                          : fmt::format("{} {}", out, value(o.value));
}

std::string man_options(const command_description& c) {
  std::string out;
  std::string group;
  for (const option_description& o : c.options) {
    if (o.group != group) out += fmt::format(".PP\n{}:\n", roff(o.group));
    group = o.group;
    out +=
        fmt::format(".TP\n{}\n{}\n",
                    synopsis(
                        o, [](const std::string& n) { return fmt::format("\\fB{}\\fR", roff(n)); },
                        [](const std::string& v) { return fmt::format("\\fI{}\\fR", roff(v)); }),
                    roff(o.text));
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

std::string option_pages(const command_table& commands) {
  std::string out =
      "# Options\n\n"
      "Made by `mqttspec generate options`; a test compares. Every option can stand in the\n"
      "environment, too: `--queue-limit` as `MQTTSPEC_QUEUE_LIMIT`. All commands have\n"
      "`--color auto|always|never` and `--help`.\n";
  for (const command_description& c : commands) {
    out += fmt::format("\n## mqttspec {}\n\n{}.\n\n    {}\n\n", c.full_name(), c.summary, c.usage);
    std::string rows;
    for (const option_description& o : c.options) {
      if (o.name == "color" || o.name == "help") continue;
      const auto plain = [](const std::string& text) { return text; };
      rows += fmt::format("| `{}` | {} |\n", cell(synopsis(o, plain, plain)), cell(o.text));
    }
    if (!rows.empty()) out += "| option | |\n| --- | --- |\n" + rows;
  }
  return out;
}

}  // namespace mqttspec::cli

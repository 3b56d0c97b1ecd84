#include "cli/workflow.h"

#include <fmt/format.h>

#include <fstream>

#include "base/visible.h"
#include "reports/markdown.h"
#include "reports/text.h"

namespace mqttspec::cli {

namespace {

using results::case_result;

constexpr std::size_t most_annotations = 10;

// The value of a command, and with |in_property| of one of its properties.
std::string escaped(std::string_view text, bool in_property) {
  std::string out;
  // "##[name]" is obeyed anywhere in a line.
  for (const char c : reports::harmless(visible(text))) {
    const bool special =
        c == '%' || c == '\r' || c == '\n' || (in_property && (c == ':' || c == ','));
    if (special) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string error_command(const std::string& place, std::string_view title,
                          std::string_view message) {
  return fmt::format("::error {}title={}::{}\n", place, escaped(title, true),
                     escaped(message, false));
}

// A file outside of the working directory is none of the repository's.
std::string place_of(const case_result& c) {
  const bool at_line = c.fault && !c.fault->where.file.empty();
  const std::string& file = at_line ? c.fault->where.file : c.file;
  if (file.empty() || file.front() == '/') return "";
  return fmt::format("file={},line={},", escaped(file, true),
                     at_line ? c.fault->where.line : c.line);
}

std::string message_of(const results::run_results& run, const case_result& c) {
  std::string out = c.fault ? c.fault->message : c.reason;
  if (out.empty()) out = reports::outcome_label(c);
  if (c.fault) {
    for (const results::statement_check& s : c.fault->statements) {
      out += fmt::format("\nviolates {}: {}", s.id, s.summary);
    }
  }
  for (const std::string& warning : c.warnings) out += "\n" + warning;
  return out + "\nrun again: " + reports::run_again(run, c);
}

}  // namespace

bool in_workflow(const console& on) {
  return on.variable && on.variable("GITHUB_ACTIONS") == "true";
}

std::string annotations(const results::run_results& run) {
  std::string out;
  std::size_t count = 0;
  const auto add = [&](std::string text) {
    if (++count <= most_annotations) out += text;
  };
  if (!run.void_reason.empty()) {
    add(error_command("", "mqttspec: the results are void", run.void_reason));
  }
  for (const case_result& c : run.cases) {
    if (!c.expected) add(error_command(place_of(c), c.id, message_of(run, c)));
  }
  for (const std::string& problem : run.problems) {
    add(error_command("", "mqttspec: the baseline or the selection", problem));
  }
  if (count > most_annotations) {
    out += fmt::format("::notice title=mqttspec::{} more; all are in the log\n",
                       count - most_annotations);
  }
  return out;
}

workflow::workflow(console& on)
    : on_(on),
      out_buffer_(on.out),
      err_buffer_(on.err),
      out_(&out_buffer_),
      err_(&err_buffer_),
      filtered_{out_, err_, false, false, on.variable, on.colour, on.describe} {}

void workflow::command(const std::string& line) {
  out_.flush();
  on_.print_coloured(line);
}

void workflow::begin_cases() {
  command("::group::mqttspec: all cases\n");
}

void workflow::tell(const results::run_results& run, bool whole_trace) {
  command("::endgroup::\n");
  reports::text_options how;
  how.colour = on_.colour_out();
  how.whole_trace = whole_trace;
  for (const case_result& c : run.cases) {
    if (c.expected) continue;
    command(fmt::format("::group::{} {}\n", reports::outcome_label(c), escaped(c.id, false)));
    filtered_.print_coloured(reports::case_text(run, c, how) + "\n");
    command("::endgroup::\n");
  }
  command(annotations(run));
}

bool workflow::write_summary(const results::run_results& run,
                             const reports::catalogue& statements) {
  const auto file = on_.variable("GITHUB_STEP_SUMMARY");
  if (!file || file->empty()) return true;
  std::ofstream out(*file, std::ios::binary | std::ios::app);
  out << reports::to_markdown(run, {&statements, nullptr});
  out.close();
  if (!out) on_.error(fmt::format("cannot write the job summary '{}'", *file));
  return static_cast<bool>(out);
}

}  // namespace mqttspec::cli

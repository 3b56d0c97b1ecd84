#include "cli/report_files.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>

#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "reports/badge.h"
#include "reports/html.h"
#include "reports/junit.h"
#include "reports/lines.h"
#include "reports/markdown.h"
#include "reports/pcapng.h"
#include "reports/sarif.h"

namespace mqttspec::cli {

namespace {

namespace fs = std::filesystem;
using results::run_results;

struct writer {
  const char* name;
  const char* shown;
  const char* explanation;
  std::string (*text)(const run_results&, const report_context&);
};

const reports::comparison* changes_of(const report_context& c) {
  return c.changes ? &*c.changes : nullptr;
}

// Of cases that did not fail, the packets are most of a results file.
run_results without_packets(run_results r) {
  for (results::case_result& c : r.cases) {
    if (c.outcome != results::verdict::fail) c.packets.clear();
  }
  return r;
}

constexpr std::array writers = {
    writer{"json", "results",
           "write the record of the run, from which all other reports can be made",
           [](const run_results& r, const report_context& c) {
             return results::to_json(c.only_failures_have_packets ? without_packets(r) : r);
           }},
    writer{"html", "HTML", "write a page for people, in one file",
           [](const run_results& r, const report_context& c) {
             return reports::to_html(r, {&c.statements, changes_of(c)});
           }},
    writer{"markdown", "Markdown", "write a summary for a CI job",
           [](const run_results& r, const report_context& c) {
             return reports::to_markdown(r, {&c.statements, changes_of(c)});
           }},
    writer{"junit", "JUnit", "write JUnit XML for CI systems",
           [](const run_results& r, const report_context&) { return reports::to_junit(r); }},
    writer{"sarif", "SARIF", "write SARIF for code scanning",
           [](const run_results& r, const report_context& c) {
             return reports::to_sarif(r, c.statements);
           }},
    writer{"ndjson", "NDJSON", "write a JSON object a line, one for each case",
           [](const run_results& r, const report_context&) { return reports::to_ndjson(r); }},
    writer{"tap", "TAP", "write TAP version 14",
           [](const run_results& r, const report_context&) { return reports::to_tap(r); }},
    writer{"badge", "badge", "write an SVG badge, or JSON for shields.io when FILE ends in .json",
           nullptr},
};

std::string badge_text(const run_results& run, const report_context& c, const std::string& file) {
  const reports::badge b = reports::make_badge(run, c.statements);
  return file.ends_with(".json") ? reports::to_shields_json(b) : reports::to_svg(b);
}

// Devices and pipes are written as they are.
std::string written_first(const std::string& file) {
  std::error_code ignored;
  const fs::file_status is = fs::status(file, ignored);
  return fs::exists(is) && !fs::is_regular_file(is) ? file : file + ".part";
}

// Makes the folder, too.
bool can_write(const std::string& file) {
  std::error_code failed;
  if (const fs::path folder = fs::path(file).parent_path(); !folder.empty()) {
    fs::create_directories(folder, failed);
  }
  const std::string beside = written_first(file);
  if (!std::ofstream(beside, std::ios::app)) return false;
  std::error_code ignored;
  if (beside != file) fs::remove(beside, ignored);
  return true;
}

bool write_captures(const run_results& run, const std::string& directory, std::string& where,
                    console& on) {
  std::error_code error;
  fs::create_directories(directory, error);
  std::size_t written = 0;
  for (const results::case_result& c : run.cases) {
    if (c.outcome != results::verdict::fail || c.packets.empty()) continue;
    const std::string file = (fs::path(directory) / reports::capture_name(c)).string();
    if (!write_report(file, reports::to_pcapng(run, c), on)) return false;
    ++written;
  }
  where += fmt::format("captures of failed cases: {} in {}\n", written, directory);
  return true;
}

}  // namespace

std::string writable_folder(const parsed_options& options, const std::string& name) {
  const auto& folder = options.get<std::string>(name);
  if (can_write((fs::path(folder) / ".mqttspec").string())) return folder;
  throw cannot_write(fmt::format("cannot write to the folder '{}' of --{}", folder, name));
}

std::optional<results::run_results> read_results(const std::string& file, console& on) {
  const auto text = read_file(file, "results file", on);
  if (!text) return std::nullopt;
  auto run = results::from_json(*text);
  if (!run) {
    on.error(fmt::format("'{}' is not a results file: {}", file, run.error()));
    return std::nullopt;
  }
  return std::move(*run);
}

void add_report_options(po::options_description& to, const std::string& prefix, bool captures) {
  for (const writer& w : writers) {
    // The results themselves are what `report` reads.
    const bool again = prefix.empty() && std::string_view(w.name) == "json";
    to.add_options()(
        (prefix + w.name).c_str(), po::value<std::string>()->value_name("FILE"),
        again ? "write the results again, with the packets of failed cases only" : w.explanation);
  }
  if (!captures) return;
  to.add_options()("pcap", po::value<std::string>()->value_name("DIR"),
                   "write a packet capture of every failed case");
}

report_request read_report_request(const parsed_options& options, const std::string& prefix) {
  report_request out;
  for (const writer& w : writers) {
    const std::string name = prefix + w.name;
    if (!options.has(name)) continue;
    const auto& file = options.get<std::string>(name);
    // Better now than after an hour.
    if (!can_write(file)) throw cannot_write(fmt::format("cannot write the report '{}'", file));
    out.files.emplace_back(w.name, file);
  }
  if (options.has("pcap")) out.pcap = writable_folder(options, "pcap");
  return out;
}

reports::catalogue for_reports(const script::catalogue& statements) {
  reports::catalogue out;
  for (const script::statement_entry* s : statements.statements()) {
    out.push_back({s->id, std::string(wire::version_tag(s->version)), s->section, s->level,
                   s->summary, s->status, s->why});
  }
  return out;
}

// Beside it, and then in its place: whoever reads the file finds all of a report or none of it.
bool write_report(const std::string& file, const std::string& text, console& on) {
  const std::string beside = written_first(file);
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code failed;
  if (out && beside != file) fs::rename(beside, file, failed);
  const bool written = out && !failed;
  if (!written) on.error(fmt::format("cannot write the report '{}'", file));
  if (!written && beside != file) fs::remove(beside, failed);
  return written;
}

bool write_reports(const run_results& run, const report_request& request,
                   const report_context& context, std::string& where, console& on) {
  bool written = true;
  // All but the results file itself show findings and cases alike.
  const run_results shown = with_findings_as_cases(run);
  for (const auto& [kind, file] : request.files) {
    for (const writer& w : writers) {
      if (kind != w.name) continue;
      const run_results& what = kind == "json" ? run : shown;
      const std::string text =
          w.text == nullptr ? badge_text(what, context, file) : w.text(what, context);
      written &= write_report(file, text, on);
      where += fmt::format("{}: {}\n", w.shown, file);
    }
  }
  if (!request.pcap.empty()) written &= write_captures(shown, request.pcap, where, on);
  return written;
}

}  // namespace mqttspec::cli

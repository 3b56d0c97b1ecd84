#include "cli/workflow.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/command.h"

namespace mqttspec::cli {
namespace {

results::case_result failed(const std::string& id, const std::string& message) {
  results::case_result c;
  c.id = id;
  c.file = "cases/a,b.mqs";
  c.outcome = results::verdict::fail;
  c.expected = false;
  c.fault.emplace().message = message;
  c.fault->where = {"cases/a,b.mqs", 7, 3, 1};
  return c;
}

// The lines of |text| that GitHub would obey.
std::vector<std::string> commands_in(const std::string& text) {
  std::vector<std::string> out;
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find_first_not_of(" \t\r\v\f");
    const bool colons = begin != std::string::npos && line.compare(begin, 2, "::") == 0;
    if (colons || line.find("##[") != std::string::npos) out.push_back(line);
  }
  return out;
}

TEST(workflow, no_line_stays_a_command) {
  for (const char* line : {"::add-mask::x", "  \t::error::x", "\xC2\xA0::error::x", "a ##[error]x",
                           "##[##[error]x", "\x01::stop-commands::x", "::"}) {
    EXPECT_EQ(commands_in(reports::harmless(line)).size(), 0u) << line;
    EXPECT_NE(reports::harmless(line), line);
  }
  for (const char* line : {"", "mqttspec::cli", "expected a :: b", "# [x]", "a ## b", ":"}) {
    EXPECT_EQ(reports::harmless(line), line);
  }
}

TEST(workflow, annotations_are_one_line_each_whatever_a_broker_says) {
  results::run_results run;
  run.cases = {failed("queue/a[v5,n=1]", "100%\r\n::set-env name=PATH::x")};
  EXPECT_EQ(annotations(run).find("::error file=cases/a%2Cb.mqs,line=7,title=queue/a[v5%2Cn=1]::"
                                  "100%25\\r%0A::set-env name=PATH::x%0Arun again: mqttspec run"),
            0u)
      << annotations(run);
  EXPECT_EQ(commands_in(annotations(run)).size(), 1u);
  run.problems = {"stale\n::warning::x"};
  run.void_reason = "gone\n::warning::x";
  EXPECT_EQ(commands_in(annotations(run)).size(), 3u);
  run.cases.assign(30, failed("a", "b"));
  EXPECT_EQ(commands_in(annotations(run)).size(), 11u);
  EXPECT_NE(annotations(run).find("22 more"), std::string::npos);
}

TEST(workflow, output_is_filtered_but_for_our_own_commands) {
  std::stringstream out;
  std::stringstream err;
  const std::string summary =
      (std::filesystem::path(testing::TempDir()) / "mqttspec-step-summary.md").string();
  std::ofstream(summary) << "before\n";
  console on{out, err, false, false, [&](const std::string& name) -> std::optional<std::string> {
               if (name == "GITHUB_STEP_SUMMARY") return summary;
               return name == "GITHUB_ACTIONS" ? std::optional<std::string>("true") : std::nullopt;
             }};
  EXPECT_TRUE(in_workflow(on));
  results::run_results run;
  run.cases = {failed("queue/a[v5]", "got \"x\n::add-mask::y\n  ##[add-mask]y\"")};
  {
    workflow w(on);
    w.begin_cases();
    w.filtered().print("PASS a\n::stop-commands::x\n");
    w.filtered().error("x\n::warning::y\rz\r::warning::y");
    w.tell(run, false);
    w.filtered().print("no new line ::");
    w.write_summary(run, {});
  }
  const std::vector<std::string> expected = {
      "::group::mqttspec: all cases", "::endgroup::", "::group::FAIL queue/a[v5]", "::endgroup::"};
  auto found = commands_in(out.str());
  ASSERT_EQ(found.size(), 5u) << out.str();
  EXPECT_EQ(found.back().find("::error "), 0u);
  found.pop_back();
  EXPECT_EQ(found, expected);
  EXPECT_NE(out.str().find("no new line ::"), std::string::npos);
  EXPECT_EQ(commands_in(err.str()).size(), 0u);
  EXPECT_EQ(err.str().find("\r::"), std::string::npos);
  std::stringstream written;
  written << std::ifstream(summary).rdbuf();
  EXPECT_EQ(written.str().find("before\n"), 0u);
  EXPECT_NE(written.str().find("queue/a"), std::string::npos);
  std::filesystem::remove(summary);
}

// A results file, a baseline and a target file that somebody else wrote.
TEST(workflow, files_of_others_command_neither_the_log_nor_the_terminal) {
  const std::string evil = "\x1b]0;x\x07\r\n::error::x\n##[error]x\xC2\x9B";
  const auto folder = std::filesystem::path(testing::TempDir()) / "mqttspec-files-of-others";
  std::filesystem::create_directories(folder);
  results::run_results run;
  run.target.name = run.target.address = evil;
  run.void_reason = evil;
  run.problems = {evil};
  run.process.emplace().output = {evil};
  run.process->ended = evil;
  run.cases = {failed(evil, evil), failed("b" + evil, evil)};
  for (results::case_result& c : run.cases) {
    c.notes = c.warnings = {evil};
    c.title = c.reason = c.baseline_reason = evil;
    c.fault->faults = {evil};
    c.fault->deviations = {{evil, evil, evil}};
    c.fault->step = c.fault->source_line = c.fault->actual = c.fault->client = evil;
    c.fault->where.file = c.file = evil;
    c.fault->statements = {{evil, evil, evil, results::check_outcome::violated}};
    c.findings = {{evil, evil, evil, {}, {}}};
    c.packets = {{evil, {}, results::trace_direction::received, evil, "00", 1, false}};
  }
  run.findings.resize(1);
  run.findings[0].id = run.findings[0].seen = evil;
  std::ofstream(folder / "r.json") << results::to_json(run);
  std::ofstream(folder / "bad.json")
      << "{\"format\": 1, \"cases\": [{\"" << "x\": 1, \"outcome\": \"\\u001b[2J\"}]}";
  std::ofstream(folder / "known.txt") << "fail " << evil << "\n" << evil << " x\n";
  std::ofstream(folder / "target.toml") << "\"\\u001b[2J\\n::error::x\" = 1\n";
  const std::string in = folder.string() + "/";
  for (const bool in_actions : {false, true}) {
    for (const arguments& words :
         std::vector<arguments>{{"report", in + "r.json"},
                                {"report", in + "r.json", "--trace", "--compare", in + "r.json"},
                                {"report", in + "bad.json"},
                                {"run", "--simulate", "--baseline", in + "known.txt"},
                                {"run", "--target", in + "target.toml"},
                                {"baseline", "update", in + "known.txt", in + "r.json"},
                                {"check", in + evil}}) {
      std::stringstream out;
      std::stringstream err;
      console on{out, err, false, false,
                 [&](const std::string& name) -> std::optional<std::string> {
                   if (name == "GITHUB_ACTIONS" && in_actions) return "true";
                   if (name == "MQTTSPEC_CASES") return MQTTSPEC_SOURCE_DIR "/cases";
                   return std::nullopt;
                 }};
      run_program(words, on);
      const std::string all = out.str() + err.str();
      EXPECT_EQ(all.find_first_of("\x1b\x07\r\x9b"), std::string::npos) << words.front() << all;
      if (in_actions) {
        // Ours, which a run writes around what it prints.
        for (const std::string& line : commands_in(all)) {
          EXPECT_EQ(words.front(), "run") << line;
          EXPECT_EQ(line.find("::error::x"), std::string::npos) << line;
        }
      }
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mqttspec::cli

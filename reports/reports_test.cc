#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "base/shell_words.h"
#include "reports/junit.h"
#include "reports/synthetic_test.h"
#include "reports/text.h"
#include "results/example.h"

namespace mqttspec::reports {
namespace {

using results::example_run;
using results::run_results;

const std::string folder = MQTTSPEC_SOURCE_DIR "/reports/";

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// MQTTSPEC_UPDATE_GOLDEN=1 writes the files anew; the diff is then read by a person.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = folder + "golden/" + name;
  if (std::getenv("MQTTSPEC_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
  }
  EXPECT_EQ(read_file(path), text) << "golden file " << path;
}

class temporary_file {
 public:
  explicit temporary_file(const std::string& text)
      : path_(testing::TempDir() + "mqttspec-junit-" + std::to_string(::getpid()) + ".xml") {
    std::ofstream(path_) << text;
  }
  ~temporary_file() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

bool have_xmllint() {
  return std::system("xmllint --version >/dev/null 2>&1") == 0;
}

bool valid_junit(const std::string& xml) {
  const temporary_file file(xml);
  const std::string command = "xmllint --noout --schema " + shell_quote(folder + "junit.xsd") +
                              " " + shell_quote(file.path()) + " 2>/dev/null";
  return std::system(command.c_str()) == 0;
}

TEST(text, a_sanity_case_is_run_again_by_any_run) {
  run_results run = example_run();
  results::case_result c = run.cases.front();
  c.id = "afterwards/sanity/sanity[v5]";
  c.file = results::sanity_file;
  EXPECT_EQ(run_again(run, c), command_line(run) + " --trace");
}

TEST(console_text, a_failure_looks_as_documented) {
  expect_golden("failure.txt", case_text(example_run(), example_run().cases[6]));
}

TEST(console_text, a_failure_with_the_whole_trace) {
  expect_golden("failure-trace.txt",
                case_text(example_run(), example_run().cases[6], {false, true}));
}

TEST(console_text, every_outcome_has_a_text) {
  const run_results run = example_run();
  std::string all;
  for (const auto& c : run.cases) all += case_text(run, c);
  expect_golden("outcomes.txt", all);
}

TEST(console_text, summary_counts_and_lists_skips_and_problems) {
  run_results run = example_run();
  run.void_reason = "the broker does not answer";
  expect_golden("summary.txt", summary_text(run));
}

TEST(console_text, skip_reasons_come_most_frequent_first) {
  run_results run;
  for (const char* reason : {"rare", "often", "often"}) {
    results::case_result c;
    c.outcome = results::verdict::skip;
    c.reason = reason;
    run.cases.push_back(c);
  }
  const std::string text = summary_text(run);
  EXPECT_LT(text.find("2  often"), text.find("1  rare"));
}

// A terminal obeys control characters, of both sets.
bool commands_a_terminal(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) return true;
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

TEST(console_text, hostile_text_commands_no_terminal) {
  for (const std::string& text : hostile_texts()) {
    const run_results run = hostile_run(text + "\x1b]0;x\x07\xC2\x9B");
    std::string all = summary_text(run, false, true);
    for (const auto& c : run.cases) {
      all += case_line(c) + case_text(run, c) + case_text(run, c, {false, true});
    }
    for (const auto& c : with_findings_as_cases(run).cases) all += case_text(run, c);
    EXPECT_FALSE(commands_a_terminal(all)) << all.substr(0, 400);
  }
}

TEST(junit, document_looks_as_documented) {
  expect_golden("junit.xml", to_junit(example_run()));
}

TEST(junit, is_valid_against_the_schema) {
  if (!have_xmllint()) GTEST_SKIP() << "xmllint is not installed";
  EXPECT_TRUE(valid_junit(to_junit(example_run())));
  EXPECT_TRUE(valid_junit(to_junit(run_results{})));
  EXPECT_FALSE(valid_junit("<testsuites><testsuite/></testsuites>"));
}

TEST(junit, hostile_text_cannot_break_the_document) {
  run_results run = example_run();
  std::string all_octets;
  for (int i = 0; i < 256; ++i) all_octets += static_cast<char>(i);
  for (auto& c : run.cases) {
    c.reason = all_octets + "]]> <evil attribute=\"&amp;\"> \xEF\xBF\xBF \xC2\x85";
    c.notes = {c.reason};
    if (c.fault) c.fault->message = c.reason;
  }
  const std::string xml = to_junit(run);
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(xml.c_str()));
  if (have_xmllint()) {
    EXPECT_TRUE(valid_junit(xml));
  }
}

TEST(junit, one_uniquely_named_testcase_a_result_and_counts_that_add_up) {
  const run_results run = example_run();
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(run).c_str()));
  std::set<std::string> names;
  unsigned failures = 0;
  for (const auto& suite : document.child("testsuites")) {
    unsigned mine = 0;
    for (const auto& c : suite.children("testcase")) {
      names.insert(std::string(c.attribute("classname").value()) + "." +
                   c.attribute("name").value());
      mine += !c.child("failure").empty();
    }
    EXPECT_EQ(suite.attribute("failures").as_uint(), mine);
    failures += mine;
  }
  EXPECT_EQ(names.size(), run.cases.size());
  EXPECT_EQ(failures, 2u);  // the failure and the unexpected pass
  EXPECT_EQ(document.child("testsuites").attribute("failures").as_uint(), failures);
}

TEST(junit, the_failure_text_is_the_console_text) {
  const run_results run = example_run();
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(to_junit(run).c_str()));
  const auto failure = document.select_node("//testcase[contains(@name,'survives')]/failure");
  EXPECT_EQ(std::string(failure.node().text().get()), case_text(run, run.cases[6]));
}

}  // namespace
}  // namespace mqttspec::reports

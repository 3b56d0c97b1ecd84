#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "base/utf8.h"
#include "reports/badge.h"
#include "reports/compare.h"
#include "reports/digest.h"
#include "reports/escape.h"
#include "reports/lines.h"
#include "reports/markdown.h"
#include "reports/matrix.h"
#include "reports/sarif.h"
#include "reports/site.h"
#include "reports/synthetic_test.h"
#include "reports/text.h"
#include "results/example.h"

namespace mqttspec::reports {
namespace {

using nlohmann::json;
using results::case_result;
using results::example_run;
using results::run_results;
using results::verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// The example, and what it was before the broker and the cases changed.
run_results older_run() {
  run_results run = example_run();
  run.started_at = "2025-12-24T00:00:00Z";
  for (case_result& c : run.cases) {
    if (c.name == "queued-qos1-survives-reconnect") {
      c.outcome = verdict::pass;
      c.fault.reset();
    } else if (c.name == "accepts-all") {
      c.outcome = verdict::fail;
    }
  }
  run.cases.pop_back();
  case_result lost = run.cases.front();
  lost.id = "connect/flags/no-more[v5]";
  run.cases.push_back(lost);
  return run;
}

std::vector<run_results> four_runs() {
  std::vector<run_results> runs(4, example_run());
  runs[0].target.name = "mosquitto";
  runs[1].target.name = "nanomq";
  runs[2].target.name = "flashmq";
  runs[3].target.name = "vernemq";
  runs[1].cases[3].outcome = verdict::fail;
  runs[1].cases[3].reason = "answered <nothing>";
  runs[2].cases[4].outcome = verdict::pass;
  runs[3].cases.pop_back();
  return runs;
}

void expect_clean(const std::string& text, const std::string& from) {
  EXPECT_EQ(check_utf8(text).fault, utf8_fault::none) << from.substr(0, 60);
  EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xAE")));
  for (char control = 1; control < ' '; ++control) {
    if (control == '\n' || control == '\t') continue;
    EXPECT_EQ(text.find(control), std::string::npos) << static_cast<int>(control);
  }
}

TEST(compare, changes_are_sorted_by_what_they_mean) {
  const comparison c = compare(older_run(), example_run());
  ASSERT_EQ(c.new_failures.size(), 2u);  // one that passed, and a new case that ends in an error
  EXPECT_EQ(c.new_failures[0].id, "queue/order/queued-qos1-survives-reconnect[v5]");
  EXPECT_EQ(c.new_failures[0].before, "pass");
  EXPECT_EQ(c.new_failures[1].before, "");
  ASSERT_EQ(c.mended.size(), 1u);
  EXPECT_EQ(c.mended[0].id, "connect/flags/accepts-all[v5]");
  ASSERT_EQ(c.gone.size(), 1u);
  EXPECT_EQ(c.gone[0].id, "connect/flags/no-more[v5]");
  EXPECT_EQ(c.still_failing, 1u);
  EXPECT_TRUE(c.worse());
}

TEST(compare, a_run_is_no_worse_than_itself) {
  const comparison c = compare(example_run(), example_run());
  EXPECT_FALSE(c.worse());
  EXPECT_TRUE(comparison_parts(c).empty());
  EXPECT_EQ(comparison_summary(c), "no change, 3 still failing");
}

TEST(compare, of_repetitions_the_worst_counts) {
  run_results now = example_run();
  now.cases[1].outcome = verdict::fail;  // the second repetition of accepts-all
  const comparison c = compare(example_run(), now);
  ASSERT_EQ(c.new_failures.size(), 1u);
  EXPECT_EQ(c.new_failures[0].id, "connect/flags/accepts-all[v5]");
}

TEST(compare, text_looks_as_documented) {
  expect_golden_file("compare.txt", to_text(compare(older_run(), example_run())));
}

TEST(digest, a_statement_has_the_gravest_standing_of_its_checks) {
  const digest d = make_digest(example_run(), real_catalogue());
  const auto state = [&](const std::string& version, const std::string& id) {
    for (const auto& s : d.statements) {
      if (s.about.id == id && s.about.version == version) return s;
    }
    return statement_state{};
  };
  EXPECT_EQ(state("v5", "MQTT-4.6.0-6").is, standing::violated);
  EXPECT_EQ(state("v5", "MQTT-3.2.2-3").is, standing::checked);
  EXPECT_EQ(state("v311", "MQTT-3.2.2-3").is, standing::not_checked);
  EXPECT_EQ(state("v5", "MQTT-2.2.1-3").is, standing::not_testable);
  EXPECT_THAT(state("v5", "MQTT-2.2.1-3").why, HasSubstr("client"));
}

TEST(digest, verdict_says_what_was_violated_and_what_was_not_checked) {
  const run_results run = example_run();
  const judgement_text t = judge(run, make_digest(run, real_catalogue()));
  EXPECT_EQ(t.headline, "Not conformant");
  EXPECT_THAT(t.violated, HasSubstr("violates 1 statement"));
  EXPECT_THAT(t.unchecked, HasSubstr("337 of 339 testable statements of MQTT 5"));
  EXPECT_THAT(t.unchecked, HasSubstr("1 skipped, 1 inconclusive"));
}

TEST(digest, void_results_are_not_called_conformant) {
  run_results run = synthetic_run(5);
  run.void_reason = "the broker ended";
  const judgement_text t = judge(run, make_digest(run, {}));
  EXPECT_EQ(t.is, tone::unknown);
  EXPECT_EQ(t.headline, "The results are void");
}

TEST(digest, an_interrupted_run_is_not_called_conformant) {
  run_results run = synthetic_run(5);
  run.interrupted = true;
  for (auto& c : run.cases) {
    c.outcome = results::verdict::pass;
    c.expected = true;
  }
  const judgement_text t = judge(run, make_digest(run, {}));
  EXPECT_EQ(t.is, tone::unknown);
  EXPECT_EQ(t.headline, "No violation found until the run was interrupted");
  EXPECT_THAT(summary_text(run), HasSubstr("NOT OK: 5 passed"));
}

TEST(digest, known_failures_are_violations_nevertheless) {
  run_results run = example_run();
  run.cases = {run.cases[5]};
  EXPECT_EQ(judge(run, make_digest(run, {})).headline, "Not conformant");
}

TEST(digest, departing_from_a_recommendation_is_not_a_violation) {
  run_results run = example_run();
  run.cases = {run.cases[5]};
  run.cases[0].level = "should";
  run.cases[0].baseline_reason.clear();
  EXPECT_EQ(judge(run, make_digest(run, {})).is, tone::good);
}

TEST(markdown, looks_as_documented) {
  const comparison changes = compare(older_run(), example_run());
  expect_golden_file("report.md", to_markdown(example_run(), {nullptr, &changes, 60'000}));
}

TEST(markdown, never_grows_past_its_limit_and_says_what_is_missing) {
  run_results run = example_run();
  run.cases.assign(2000, run.cases[6]);
  const std::string text = to_markdown(run);
  EXPECT_LE(text.size(), 60'000u);
  EXPECT_THAT(text, HasSubstr("more, left out for length"));
  EXPECT_LE(to_markdown(run, {nullptr, nullptr, 300}).size(), 300u);
}

TEST(markdown, failures_come_first) {
  const std::string text = to_markdown(example_run());
  EXPECT_LT(text.find("QoS 1 messages wait"), text.find("### Skipped"));
  EXPECT_LT(text.find("### Inconclusive"), text.find("### Known failures"));
}

TEST(markdown, hostile_text_stays_text) {
  for (const std::string& text : hostile_texts()) {
    const run_results run = hostile_run(text);
    const comparison changes = compare(hostile_run("x"), run);
    const std::string page = to_markdown(run, {nullptr, &changes, 60'000});
    expect_clean(page, text);
    // One hostile field among sound ones gets further than many.
    run_results one = example_run();
    for (results::run_finding& f : one.findings) {
      for (auto& s : f.statements) s.version = text;
    }
    expect_clean(to_markdown(results::with_findings_as_cases(one), {nullptr, nullptr, 60'000}),
                 text);
    // Outside of code there is no tag, link or mention; every fence is closed.
    std::string outside;
    std::string fence;
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
      const std::string marks = line.substr(0, line.find_first_not_of('`'));
      if (fence.empty() && marks.size() >= 3 && line.ends_with("text") &&
          line.size() == marks.size() + 4) {
        fence = marks;
      } else if (!fence.empty()) {
        if (line == fence) fence.clear();
      } else {
        // Code spans: a run of backticks up to the next run of the same length.
        for (std::size_t at = 0; at < line.size();) {
          if (line[at] != '`') {
            outside += line[at++];
            continue;
          }
          const std::size_t end = std::min(line.find_first_not_of('`', at), line.size());
          const std::string run_of_marks = line.substr(at, end - at);
          std::size_t close = end;
          for (;;) {
            close = line.find(run_of_marks, close);
            ASSERT_NE(close, std::string::npos) << line.substr(0, 200);
            const std::size_t after = line.find_first_not_of('`', close);
            if (std::min(after, line.size()) - close == run_of_marks.size()) break;
            close = after;
          }
          at = close + run_of_marks.size();
        }
        outside += '\n';
      }
    }
    EXPECT_EQ(fence, "") << text.substr(0, 60);
    for (const char* mark : {"<", "](", "@every", "www.evil", "://", "\n## inj", "**b"}) {
      EXPECT_THAT(outside, Not(HasSubstr(mark))) << text.substr(0, 60);
    }
  }
}

TEST(sarif, looks_as_documented) {
  expect_golden_file("report.sarif", to_sarif(example_run()));
}

TEST(sarif, a_result_a_failure_and_rules_that_results_point_at) {
  const json log = json::parse(to_sarif(synthetic_run(300), real_catalogue()));
  const json& one = log["runs"][0];
  const json& rules = one["tool"]["driver"]["rules"];
  EXPECT_EQ(one["results"].size(), results::count(synthetic_run(300)).fail);
  for (const json& r : one["results"]) {
    EXPECT_EQ(rules.at(r["ruleIndex"].get<std::size_t>())["id"], r["ruleId"]);
    EXPECT_GE(r["locations"][0]["physicalLocation"]["region"]["startLine"].get<int>(), 1);
  }
}

TEST(sarif, known_failures_are_suppressed_with_their_reason) {
  const json log = json::parse(to_sarif(example_run()));
  const json& found = log["runs"][0]["results"];
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0]["suppressions"][0]["justification"], "https://example.org/issue/1");
  EXPECT_FALSE(found[1].contains("suppressions"));
}

TEST(sarif, hostile_text_stays_text) {
  for (const std::string& text : hostile_texts()) {
    const std::string log = to_sarif(hostile_run(text));
    expect_clean(log, text);
    EXPECT_FALSE(json::parse(log, nullptr, false).is_discarded());
  }
}

TEST(lines, look_as_documented) {
  expect_golden_file("report.ndjson", to_ndjson(synthetic_run(20)));
  expect_golden_file("report.tap", to_tap(results::example_run()));
}

TEST(lines, hostile_text_stays_on_its_line) {
  results::run_results run;
  run.cases.resize(1);
  run.cases[0].id = "a\nok 2 - b # SKIP";
  run.cases[0].expected = false;
  run.cases[0].outcome = results::verdict::fail;
  run.cases[0].fault.emplace();
  run.cases[0].fault->message = "\n...\nBail out!";
  const std::string tap = to_tap(run);
  EXPECT_EQ(std::count(tap.begin(), tap.end(), '\n'), 6);
  EXPECT_EQ(tap.find("\nBail out!"), std::string::npos);
  EXPECT_THAT(tap, HasSubstr("\\# SKIP"));
  const std::string lines = to_ndjson(run);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
}

TEST(badge, looks_as_documented) {
  expect_golden_file("badge.svg", to_svg(make_badge(example_run(), real_catalogue())));
  expect_golden_file("badge.json", to_shields_json(make_badge(example_run(), real_catalogue())));
}

TEST(badge, message_is_the_verdict) {
  run_results run = example_run();
  EXPECT_EQ(make_badge(run).message, "1 statement violated");
  run.cases.resize(2);
  run.cases[0].statements = {{"v5", "MQTT-3.1.0-1", "", results::check_outcome::checked}};
  EXPECT_EQ(make_badge(run).message, "1 statement checked");
  run.void_reason = "gone";
  EXPECT_EQ(make_badge(run).message, "void");
  EXPECT_EQ(make_badge(run_results{}).message, "not judged");
}

TEST(badge, hostile_text_stays_text) {
  for (const std::string& text : hostile_texts()) {
    const std::string svg = to_svg({text, text, "#fff"});
    pugi::xml_document document;
    EXPECT_TRUE(document.load_string(svg.c_str()));
    EXPECT_EQ(document.select_nodes("//*").size(), 10u);
    expect_clean(svg, text);
    EXPECT_FALSE(json::parse(to_shields_json({text, text, "#fff"}), nullptr, false).is_discarded());
  }
}

TEST(matrix, rows_that_differ_come_first_and_alike_variants_are_folded) {
  std::vector<run_results> runs = four_runs();
  for (run_results& run : runs) {
    for (int row = 0; row < 3; ++row) {
      case_result c = run.cases[3];
      c.id = fmt::format("{}{}", c.id, row);
      run.cases.push_back(c);
    }
  }
  const matrix m = make_matrix(runs);
  EXPECT_TRUE(m.rows.front().differs);
  EXPECT_EQ(m.rows.front().path, "connect/flags/reserved-flag");
  EXPECT_EQ(m.rows.front().variants.size(), 4u);
  EXPECT_FALSE(m.rows.back().differs);
  ASSERT_EQ(m.columns.size(), 4u);
  EXPECT_EQ(m.columns[1].totals.fail, 6u);
}

TEST(site, links_brokers_and_statements) {
  run_results run = synthetic_run(20);
  std::string violated;
  for (const case_result& c : run.cases) {
    if (c.fault) violated = c.fault->statements.at(0).id;
  }
  const catalogue statements = {{violated, "v5", "1.2", "MUST", "It <keeps> it.", "testable", ""},
                                {"MQTT-9.9.9-9", "v5", "9", "MUST", "For clients.", "client", ""}};
  std::map<std::string, std::string> pages;
  for (const site_page& p : make_site({{"some broker", run}}, statements)) pages[p.file] = p.text;
  ASSERT_EQ(pages.size(), 4u);
  const std::string& index = pages.at("index.html");
  EXPECT_THAT(index, HasSubstr("href=\"some_broker.html\""));
  EXPECT_THAT(index, HasSubstr("href=\"matrix.html\""));
  EXPECT_THAT(index, HasSubstr("href=\"statements/v5-" + violated + ".html\""));
  EXPECT_THAT(index, HasSubstr("It &lt;keeps&gt; it."));
  const std::string& page = pages.at("statements/v5-" + violated + ".html");
  EXPECT_THAT(page, HasSubstr("violates it"));
  EXPECT_THAT(page, HasSubstr("href=\"../some_broker.html#"));
}

TEST(matrix, a_case_that_a_run_lacks_is_absent) {
  const matrix m = make_matrix(four_runs());
  const auto row = std::find_if(m.rows.begin(), m.rows.end(), [](const auto& r) {
    return r.path == "session/expiry/survives-loss";
  });
  ASSERT_NE(row, m.rows.end());
  EXPECT_FALSE(row->cells[3].outcome.has_value());
  EXPECT_TRUE(row->differs);
}

TEST(matrix, looks_as_documented) {
  const matrix m = make_matrix(four_runs());
  expect_golden_file("matrix.json", to_matrix_json(m));
  std::string page = to_matrix_html(m);
  const std::size_t begin = page.find("<style>") + 7;
  page.erase(begin, page.find("</style>") - begin);
  expect_golden_file("matrix.html", page);
}

TEST(matrix, hostile_text_stays_text) {
  for (const std::string& text : hostile_texts()) {
    const matrix m = make_matrix({hostile_run(text), example_run()});
    const std::string page = to_matrix_html(m);
    expect_clean(page, text);
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<img")));
    const std::string values = to_matrix_json(m);
    expect_clean(values, text);
    EXPECT_FALSE(json::parse(values, nullptr, false).is_discarded());
  }
}

TEST(matrix, pages_for_the_browser_tests) {
  const char* folder = std::getenv("MQTTSPEC_PAGES");
  if (folder == nullptr) GTEST_SKIP() << "MQTTSPEC_PAGES names no folder";
  std::vector<run_results> runs;
  for (unsigned seed = 1; seed <= 4; ++seed) runs.push_back(synthetic_run(300, seed));
  std::ofstream(std::string(folder) + "/matrix.html") << to_matrix_html(make_matrix(runs));
}

TEST(escape, addresses_and_mentions_are_not_linked_in_markdown) {
  EXPECT_EQ(markdown_text("@a www.b http://c"), "&#64;a www&#46;b http&#58;//c");
  EXPECT_EQ(markdown_code("a`b``c"), "```a`b``c```");
  EXPECT_EQ(markdown_code("`"), "`` ` ``");
  EXPECT_EQ(uri_text("a b/\xC3\xA4?#%"), "a%20b/%C3%A4%3F%23%25");
}

}  // namespace
}  // namespace mqttspec::reports

#include "reports/html.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "base/utf8.h"
#include "reports/synthetic_test.h"
#include "reports/template.h"
#include "results/example.h"

namespace mqttspec::reports {
namespace {

using results::example_run;
using results::run_results;
using results::verdict;
using testing::HasSubstr;
using testing::Not;

// What stands after each |before| up to the next quotation mark.
std::vector<std::string> quoted_after(const std::string& text, const std::string& before) {
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = text.find(before, at)) != std::string::npos;) {
    at += before.size();
    out.push_back(text.substr(at, text.find('"', at) - at));
  }
  return out;
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++n;
  return n;
}

std::string without_brackets_escaped(std::string text) {
  for (const auto& [code, character] : {std::pair("%5B", "["), std::pair("%5D", "]")}) {
    for (std::size_t at; (at = text.find(code)) != std::string::npos;) {
      text.replace(at, 3, character);
    }
  }
  return text;
}

void cut(std::string& page, const std::string& from, const std::string& to) {
  const std::size_t begin = page.find(from) + from.size();
  page.erase(begin, page.find(to, begin) - begin);
}

std::map<std::string, std::size_t> tags_of(const std::string& page) {
  std::map<std::string, std::size_t> tags;
  for (std::size_t at = 0; (at = page.find('<', at)) != std::string::npos; ++at) {
    const std::size_t end = page.find_first_of(" >\n", at);
    ++tags[page.substr(at, end - at)];
  }
  return tags;
}

TEST(html, page_looks_as_documented) {
  const catalogue statements = {
      {"MQTT-3.2.2-3", "v5", "3.2.2.1.1", "MUST", "Session Present tells of a stored session.",
       "testable", ""},
      {"MQTT-4.6.0-6", "v5", "4.6", "MUST", "Messages of one topic and QoS keep their order.",
       "testable", ""},
      {"MQTT-2.2.1-3", "v5", "2.2.1", "MUST", "A client picks a free identifier.", "client",
       "The duty is the client's."},
      {"MQTT-3.1.0-1", "v311", "3.1", "MUST", "CONNECT comes first.", "testable", ""},
  };
  std::string page = to_html(example_run(), {&statements, nullptr});
  // The style and the script are files of their own.
  cut(page, "<style>", "</style>");
  cut(page, "<script nonce=\"report\">", "</script>");
  expect_golden_file("report.html", page);
}

TEST(html, templates_are_well_formed) {
  for (const auto& [name, text] : template_files()) {
    if (!name.ends_with(".mustache")) continue;
    const kainjow::mustache::mustache page{std::string(text)};
    EXPECT_TRUE(page.is_valid()) << name << ": " << page.error_message();
  }
}

TEST(html, asks_nothing_of_a_network) {
  const std::string page = to_html(synthetic_run(60));
  for (const char* attribute : {" src=\"", " action=\"", " data=\"", " srcset=\"", " ping=\""}) {
    EXPECT_THAT(quoted_after(page, attribute), testing::IsEmpty()) << attribute;
  }
  for (const std::string& href : quoted_after(page, " href=\"")) {
    EXPECT_EQ(href.substr(0, 1), "#");
  }
  EXPECT_THAT(page, Not(HasSubstr("url(")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(html, every_link_leads_to_one_place) {
  const catalogue statements = real_catalogue();
  const std::string page = to_html(synthetic_run(400), {&statements, nullptr});
  const auto ids = quoted_after(page, " id=\"");
  const std::set<std::string> unique(ids.begin(), ids.end());
  EXPECT_EQ(ids.size(), unique.size());
  for (const std::string& href : quoted_after(page, "href=\"#")) {
    EXPECT_TRUE(unique.contains(without_brackets_escaped(href))) << href;
  }
}

TEST(html, every_case_has_one_row_and_one_place) {
  const run_results run = synthetic_run(120);
  const std::string page = to_html(run);
  EXPECT_EQ(count_of(page, "<tr data-verdict="), run.cases.size());
  for (const auto& c : run.cases) {
    const std::string place = fmt::format(" id=\"{}\"", c.id);
    const std::size_t at = page.find(place);
    ASSERT_NE(at, std::string::npos) << c.id;
    EXPECT_EQ(page.find(place, at + 1), std::string::npos) << c.id;
  }
}

TEST(html, verdict_comes_first_and_then_failures) {
  const std::string page = to_html(synthetic_run(200));
  const auto place = [&](const char* what) { return page.find(what); };
  EXPECT_LT(place("<h1>"), place("id=\"run\""));
  EXPECT_LT(place("id=\"run\""), place("id=\"failures\""));
  EXPECT_LT(place("id=\"failures\""), place("id=\"statements\""));
  EXPECT_LT(place("id=\"statements\""), place("id=\"profile\""));
  EXPECT_LT(place("id=\"profile\""), place("id=\"cases\""));
}

TEST(html, marks_the_field_that_failed_in_the_source_line) {
  const std::string page = to_html(example_run());
  EXPECT_THAT(page, HasSubstr("<mark>payload=&quot;m{n}&quot;</mark>"));
}

TEST(html, a_mark_outside_the_line_or_inside_a_character_does_no_harm) {
  run_results run = example_run();
  for (const std::uint32_t column : {0u, 1u, 3u, 4'000'000'000u}) {
    for (auto& c : run.cases) {
      if (!c.fault) continue;
      c.fault->source_line = "c < \xC3\xA4\xC3\xB6";
      c.fault->where.column = column + 3;
      c.fault->where.length = 4'000'000'000u;
    }
    EXPECT_THAT(to_html(run), Not(HasSubstr("\\xc3")));
  }
}

TEST(html, failures_of_one_scenario_stand_together) {
  run_results run = example_run();
  run.cases = {run.cases[6], run.cases[6]};
  run.cases[1].id = "queue/order/queued-qos1-survives-reconnect[v311]";
  run.cases[1].version = "3.1.1";
  EXPECT_EQ(count_of(to_html(run), "<article"), 1u);
}

// What hostile text brings may change the text of the page, never its elements.
TEST(html, hostile_text_adds_no_element) {
  const auto harmless = tags_of(to_html(hostile_run("harmless")));
  for (const std::string& text : hostile_texts()) {
    const std::string page = to_html(hostile_run(text));
    for (const auto& [tag, n] : tags_of(page)) {
      const auto known = harmless.find(tag);
      if (text.size() < 2) continue;  // texts that may be left out change the page rightly
      EXPECT_NE(known, harmless.end()) << tag << " from " << text.substr(0, 60);
      if (known != harmless.end()) {
        EXPECT_LE(n, known->second) << tag << " from " << text.substr(0, 60);
      }
    }
    EXPECT_EQ(check_utf8(page).fault, utf8_fault::none) << text.substr(0, 60);
    EXPECT_THAT(page, Not(HasSubstr("\xE2\x80\xAE")));
    EXPECT_THAT(page, Not(HasSubstr("\xE2\x81\xA6")));
    for (char control = 1; control < ' '; ++control) {
      if (control != '\n' && control != '\t') {
        EXPECT_EQ(page.find(control), std::string::npos) << static_cast<int>(control);
      }
    }
    if (text.find("onerror") != std::string::npos) {
      EXPECT_THAT(page, Not(testing::ContainsRegex("<img")));
    }
  }
}

TEST(html, hostile_attributes_stay_in_their_quotation_marks) {
  for (const char* text : {"\" onmouseover=\"alert(1)", "' onmouseover='alert(1)"}) {
    const std::string page = to_html(hostile_run(text));
    EXPECT_THAT(page, Not(HasSubstr("\" onmouseover=\"")));
    EXPECT_THAT(page, Not(HasSubstr("' onmouseover='")));
  }
}

TEST(html, templates_in_text_are_not_filled_in) {
  const std::string page = to_html(hostile_run("{{tool_version}} {{{page_js}}}"));
  EXPECT_THAT(page, HasSubstr("{{{page_js}}}"));
}

TEST(html, an_empty_run_has_a_page) {
  EXPECT_THAT(to_html(run_results{}), HasSubstr("Nothing was judged"));
}

// The browser tests open these (reports/browser).
TEST(html, pages_for_the_browser_tests) {
  const char* folder = std::getenv("MQTTSPEC_PAGES");
  if (folder == nullptr) GTEST_SKIP() << "MQTTSPEC_PAGES names no folder";
  const catalogue statements = real_catalogue();
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(std::string(folder) + "/" + name) << text;
  };
  const run_results run = synthetic_run(150);
  const comparison changes = compare(synthetic_run(150, 2), run);
  write("report.html", to_html(run, {&statements, &changes}));
  write("large.html", to_html(synthetic_run(1000), {&statements, nullptr}));
  run_results passing = run;
  std::erase_if(passing.cases, [](const auto& c) {
    return c.outcome == verdict::fail || c.outcome == verdict::error;
  });
  write("passing.html", to_html(passing, {&statements, nullptr}));
  std::size_t n = 0;
  for (const std::string& text : hostile_texts()) {
    write(fmt::format("hostile-{:02}.html", n++),
          to_html(hostile_run(text), {&statements, nullptr}));
  }
}

}  // namespace
}  // namespace mqttspec::reports

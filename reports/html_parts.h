#pragma once
// The pieces of the HTML report, each with a file of its own. Private to html*.cc.

#include <string>
#include <string_view>
#include <vector>

#include "reports/digest.h"
#include "reports/template.h"
#include "results/results.h"

namespace mqttspec::reports::html {

// Where things stand in the page: ids of elements, unique however hostile the case ids are.
struct anchors {
  std::vector<std::string> of_case;           // as an id attribute, by index of run.cases
  std::string href(std::size_t index) const;  // as the fragment of a link
};
anchors make_anchors(const results::run_results& run);

std::string_view symbol_of(results::verdict v);
std::string_view symbol_of(standing s);
std::string_view class_of(standing s);  // "not-checked"

// What the judgement says beyond the verdict: "known failure", "unexpected pass"; mostly empty.
std::string label_of(const results::case_result& c);

// html_case.cc: everything known about one case, as markup.
std::string case_body(const results::run_results& run, const results::case_result& c);

// html_chart.cc: its packets, one column a client, as markup; and all octets as text.
std::string packet_chart(const results::case_result& c);
std::string packet_octets(const results::case_result& c);
std::string packet_summary(const results::case_result& c);  // "14 packets, 2 clients"

// html_map.cc: the statements by section and version, as markup; empty without statements.
std::string statement_map(const results::run_results& run, const digest& d, const anchors& a);

// html_profile.cc: sets the names of profile.mustache; false: nothing is known.
bool set_profile(fields& page, const results::run_results& run, const anchors& a);

// html_failures.cc: by cause, one article a scenario, its versions and rows together, as markup.
struct failure_part {
  std::string markup;
  list index;  // of causes: title, href, weight, known, should
};
failure_part failure_articles(const results::run_results& run, const digest& d, const anchors& a);

}  // namespace mqttspec::reports::html

#pragma once
// The report for people: one HTML file without a network, readable without script and on paper.
//
//   std::ofstream("report.html") << to_html(run, {.statements = &catalogue});
//
// Every case has an address of its own: report.html#queue/order/queued-qos1[v5]

#include <string>

#include "reports/catalogue.h"
#include "reports/compare.h"
#include "results/results.h"

namespace mqttspec::reports {

struct html_options {
  const catalogue* statements = nullptr;  // without it, only cited statements are mapped
  const comparison* changes = nullptr;    // what changed against an older run
};

std::string to_html(const results::run_results& run, const html_options& options = {});

}  // namespace mqttspec::reports

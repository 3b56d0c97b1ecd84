#pragma once
// Results that no broker gave: large, varied, and hostile ones, for tests of the reports.

#include <string>

#include "reports/catalogue.h"
#include "results/results.h"

namespace mqttspec::reports {

// The catalogue of cases/statements, both versions.
catalogue real_catalogue();

// |cases| cases in many folders with every verdict among them, citing statements of the catalogue,
// with traces of two clients. The same for the same arguments.
results::run_results synthetic_run(std::size_t cases, unsigned seed = 1);

// A run with every kind of outcome in which every text member, but for ids of versions and levels,
// is |text|.
results::run_results hostile_run(const std::string& text);

// Texts that end markup, quotation marks, code fences, comments and CDATA, turn the reading order,
// or are no UTF-8.
const std::vector<std::string>& hostile_texts();

// Compares with reports/golden/|name|; MQTTSPEC_UPDATE_GOLDEN=1 writes the file anew.
void expect_golden_file(const std::string& name, const std::string& text);

std::string text_of_file(const std::string& path);

}  // namespace mqttspec::reports

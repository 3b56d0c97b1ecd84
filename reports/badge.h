#pragma once
// A badge for a README: an SVG file, or the JSON that shields.io draws one from.

#include <string>

#include "reports/catalogue.h"
#include "results/results.h"

namespace mqttspec::reports {

// "MQTT 5 + 3.1.1" | "168 statements checked", "3 violated", "void", ...
struct badge {
  std::string label;
  std::string message;
  std::string colour;  // "#2e7d32"
};

badge make_badge(const results::run_results& run, const catalogue& statements = {});
std::string to_svg(const badge& b);
std::string to_shields_json(const badge& b);  // the endpoint schema, version 1

}  // namespace mqttspec::reports

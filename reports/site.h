#pragma once
// Pages about several brokers that link each other: a page a broker, a page a statement ("who keeps
// it"), the matrix, and one that leads to all of them. No page needs a network or a script.
//
//   for (const site_page& p : make_site(runs, statements)) write(folder / p.file, p.text);

#include <string>
#include <vector>

#include "reports/catalogue.h"
#include "results/results.h"

namespace mqttspec::reports {

struct site_run {
  std::string name;  // of its page, without ending: "mosquitto-2.0.11"
  results::run_results run;
};

struct site_page {
  std::string file;  // relative: "index.html", "statements/v5-MQTT-3.2.2-3.html"
  std::string text;
};

std::vector<site_page> make_site(const std::vector<site_run>& runs, const catalogue& statements);

}  // namespace mqttspec::reports

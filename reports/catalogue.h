#pragma once
// The statements of the standards as the reports need them. script/catalogue.h reads them.

#include <string>
#include <vector>

namespace mqttspec::reports {

struct catalogue_entry {
  std::string id;       // "MQTT-3.2.2-3"
  std::string version;  // "v5", "v311", as results::statement_check has it
  std::string section;  // "3.2.2"
  std::string level;    // "MUST", "MUST NOT", "SHOULD", ...
  std::string summary;  // in our words
  std::string status;   // "testable"; "client": binds clients only; "untestable"
  std::string why;      // why it is not testable
};

// 5 first, each version in the order of its text.
using catalogue = std::vector<catalogue_entry>;

}  // namespace mqttspec::reports

#pragma once
// The statements of the standards as the reports need them (cases/statements/v5.json, v311.json).
//
//   auto entries = parse_catalogue(text_of("cases/statements/v5.json"));

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

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

using catalogue = std::vector<catalogue_entry>;

// The entries of one file, in its order; or what is wrong with it.
result<catalogue, std::string> parse_catalogue(std::string_view json);

}  // namespace mqttspec::reports

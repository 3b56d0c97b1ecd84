#include "results/standard.h"

namespace mqttspec::results {

std::string address_of_statement(std::string_view version, std::string_view id,
                                 std::string_view section) {
  std::string out = version == "v311"
                        ? "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html"
                        : "https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html";
  const bool numbered = id.starts_with("MQTT-");
  if (!numbered && section.empty()) return out;
  out += "#:~:text=";
  if (!numbered) return out += section;
  // A bare dash has a meaning of its own in a text fragment.
  out += "%5B";
  for (const char c : id) {
    if (c == '-') {
      out += "%2D";
    } else {
      out += c;
    }
  }
  return out += "%5D";
}

}  // namespace mqttspec::results

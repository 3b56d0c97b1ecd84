#include "results/standard.h"

#include <fmt/format.h>

#include <cctype>

namespace mqttspec::results {

namespace {

// In a text fragment a bare dash has a meaning of its own.
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    out += std::isalnum(octet) != 0 || c == '.' ? std::string(1, c) : fmt::format("%{:02X}", octet);
  }
  return out;
}

}  // namespace

std::string address_of_statement(std::string_view version, std::string_view id,
                                 std::string_view section) {
  const std::string page =
      version == "v311" ? "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html"
                        : "https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html";
  const std::string text = id.starts_with("MQTT-") ? fmt::format("[{}]", id) : std::string(section);
  return text.empty() ? page : page + "#:~:text=" + encoded(text);
}

}  // namespace mqttspec::results

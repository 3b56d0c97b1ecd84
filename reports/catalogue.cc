#include "reports/catalogue.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace mqttspec::reports {

result<catalogue, std::string> parse_catalogue(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_array()) return unexpected(std::string("the catalogue is not a JSON array"));
  catalogue out;
  for (const auto& item : parsed) {
    if (!item.is_object()) {
      return unexpected(fmt::format("statement {} is not an object", out.size() + 1));
    }
    const auto text = [&](const char* key) {
      const auto at = item.find(key);
      return at != item.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    const std::string version = text("version");
    if (text("id").empty() || (version != "5" && version != "3.1.1")) {
      return unexpected(fmt::format("statement {} lacks an id or a version", out.size() + 1));
    }
    out.push_back({text("id"), version == "5" ? "v5" : "v311", text("section"), text("level"),
                   text("summary"), text("status"), text("why")});
  }
  return out;
}

}  // namespace mqttspec::reports

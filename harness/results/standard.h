#pragma once
// Where the texts of the standards stand.

#include <string>
#include <string_view>

namespace mqttspec::results {

// The page of OASIS at the place of a statement: |version| "v5" or "v311", |id| "MQTT-3.2.2-3". One
// that the standard does not number ("v5-4.1-b") is found by its |section|. Browsers that know
// no text fragments show the page from its beginning.
std::string address_of_statement(std::string_view version, std::string_view id,
                                 std::string_view section);

}  // namespace mqttspec::results

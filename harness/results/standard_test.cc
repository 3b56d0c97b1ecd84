#include "results/standard.h"

#include <gtest/gtest.h>

namespace mqttspec::results {
namespace {

TEST(standard, a_numbered_statement_is_found_by_its_number) {
  EXPECT_EQ(address_of_statement("v5", "MQTT-3.2.2-3", "3.2.2.1.1"),
            "https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html"
            "#:~:text=%5BMQTT%2D3.2.2%2D3%5D");
}

TEST(standard, another_by_its_section) {
  EXPECT_EQ(address_of_statement("v311", "v311-3.1.2.4-b", "3.1.2.4"),
            "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#:~:text=3.1.2.4");
  EXPECT_EQ(address_of_statement("v5", "format", ""),
            "https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html");
}

}  // namespace
}  // namespace mqttspec::results

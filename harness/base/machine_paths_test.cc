#include "base/machine_paths.h"

#include <gtest/gtest.h>

namespace mqttspec {
namespace {

const machine_paths here{"/home/me/mqttspec", "/home/me", "/tmp/"};

std::string without(const std::string& text) {
  return without_machine_paths(text, here);
}

TEST(machine_paths, become_relative_home_or_a_directory_to_fill_in) {
  EXPECT_EQ(without("/home/me/mqttspec/ci/launch 1883 /tmp/tmp.KsyR1HuK7g 41569"),
            "ci/launch 1883 {directory} 41569");
  EXPECT_EQ(without("cd /home/me/mqttspec && x"), "cd . && x");
  EXPECT_EQ(without("exec /home/me/broker/run -c='/home/me/a b'"), "exec ~/broker/run -c='~/a b'");
  EXPECT_EQ(without("saved /tmp/tmp.KsyR1HuK7g//mosquitto.db."),
            "saved {directory}//mosquitto.db.");
  EXPECT_EQ(without("/tmp/tmpk2x9_a1b:/tmp/tmp.KsyR1HuK7g."), "{directory}:{directory}.");
}

TEST(machine_paths, leave_everything_else) {
  for (const char* text :
       {"", "mosquitto -p {port}", "/etc/mosquitto/x.conf", "/tmp/broker/run", "/tmp/tmp.short",
        "/tmp", "/tmp/tmp", "/home/mere", "x/home/me", "/home/me-too", "/tmpfs/tmp.KsyR1HuK7g"}) {
    EXPECT_EQ(without(text), text);
  }
  const std::string all = "/home/me/mqttspec /tmp/tmp.KsyR1HuK7g";
  EXPECT_EQ(without_machine_paths(all, {}), all);
  EXPECT_EQ(without_machine_paths(all, {"/", "/", "/"}), all);
}

}  // namespace
}  // namespace mqttspec

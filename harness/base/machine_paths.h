// What a record that others read must not tell about the machine it was made on.
//
//   const machine_paths here{"/home/me/mqttspec", "/home/me", "/tmp"};
//   without_machine_paths("/home/me/mqttspec/ci/launch 1883 /tmp/tmp.KsyR1HuK7g", here)
//       == "ci/launch 1883 {directory}"
//
// Each replacement keeps a command usable where it was typed: a path below the working folder
// becomes relative, the home folder "~". A folder that mktemp or the like made is gone when the
// record is read; it becomes "{directory}", which ci/with-port replaces by a new one. Everything
// else stays.
#pragma once

#include <string>

namespace mqttspec {

// Absolute; an empty one is nowhere. A slash at the end does not matter.
struct machine_paths {
  std::string working;
  std::string home;
  std::string temporary;
};

std::string without_machine_paths(std::string text, const machine_paths& here);

}  // namespace mqttspec

#pragma once
// What no output may hold: passwords, in every form in which octets are printed, and paths of this
// machine.
//
//   const concealed hidden({"hunter2"}, {working, home, temporary});
//   hidden.without("68 75 6e 74 65 72 32: hunter2")  ==  "***: ***"

#include <string>
#include <utility>
#include <vector>

#include "base/machine_paths.h"

namespace mqttspec {

class concealed {
 public:
  concealed() = default;
  // Secrets of less than four octets would hide ordinary text; they are not looked for.
  concealed(const std::vector<std::string>& secrets, machine_paths here);

  std::string without(std::string text) const;

 private:
  std::vector<std::string> forms_;
  machine_paths here_;
};

}  // namespace mqttspec

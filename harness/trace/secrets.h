#pragma once
// What no output may show, wherever it has got into: passwords, as they are and as brokers, logs
// and the notation write them down: escaped, in percent encoding, in hex digits, in base64; and
// paths of this machine.
//
//   const secrets hidden({"hunter2"});
//   hidden.hide("refused: pass=hunter2 (68756e74657232)") == "refused: pass=*** (***)"

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/machine_paths.h"

namespace mqttspec::trace {

class secrets {
 public:
  secrets() = default;
  // Values of fewer than four octets would hide ordinary text: they are looked for in octets of
  // CONNECT alone, and so are |names|, which are user names.
  explicit secrets(std::vector<std::string> values, std::vector<std::string> names = {},
                   machine_paths here = {});

  std::string hide(std::string_view text) const;
  // Marks what has to be hidden of the octets of a packet.
  void mark(byte_view packet, std::vector<bool>& hidden) const;

 private:
  std::string without_values(std::string_view text) const;

  std::vector<std::string> values_;      // the longest first
  std::vector<std::string> in_connect_;  // looked for there as well
  std::vector<std::string> base64_;      // what is sure to be there if a value is within the data
  machine_paths here_;
};

}  // namespace mqttspec::trace

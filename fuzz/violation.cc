#include <algorithm>

#include "fuzz/target.h"

namespace mqttspec::fuzz {

void violated(std::string_view what) {
  throw violation(std::string(what));
}

std::size_t mutation::replace(byte_view bytes) const {
  const std::size_t length = std::min(bytes.size(), most);
  std::copy_n(bytes.begin(), length, data);
  return length;
}

}  // namespace mqttspec::fuzz

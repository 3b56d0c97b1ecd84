#pragma once
// Decisions read from a fuzz input, first octet first. An input that is used up gives zeros, so
// that a short input is a simple one.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace mqttspec::fuzz {

class input_reader {
 public:
  explicit input_reader(byte_view input) : rest_(input) {}

  bool empty() const { return rest_.empty(); }
  byte_view rest() const { return rest_; }

  std::uint8_t octet() {
    if (rest_.empty()) return 0;
    const std::uint8_t first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }
  std::uint32_t number(unsigned octets) {
    std::uint32_t value = 0;
    for (; octets != 0; --octets) value = value << 8 | octet();
    return value;
  }
  // 0 .. |limit| - 1, with |limit| from 1 to 256
  unsigned below(unsigned limit) { return octet() % limit; }
  bool flag() { return (octet() & 1) != 0; }

  std::string_view take(std::size_t length) {
    const byte_view taken = rest_.first(std::min(length, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return as_text(taken);
  }

 private:
  byte_view rest_;
};

}  // namespace mqttspec::fuzz

#pragma once
// What can be wrong with a client library: small wrong decisions, each planted in the embedded
// client. For every one there must be a case that fails and cites a statement that it breaks
// (docs/proving.md).

#include <span>
#include <string_view>

#include "client/decisions.h"

namespace mqttspec::client {

struct defect {
  std::string_view name;
  std::string_view sentence;  // what the client does
  std::string_view breaks;    // statements, with blanks between
  std::string_view seen_in;   // a public report about a library that had it; "" if none
  void (*plant)(decisions& d);
  bool sweeping = false;  // it takes away what many claims stand on
};

std::span<const defect> all_defects();
const defect* find_defect(std::string_view name);

}  // namespace mqttspec::client

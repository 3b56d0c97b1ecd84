#pragma once
// The seeds under corpus/seeds: made by program, so that each says in source what it holds, and
// named for it. Sources: one packet of each kind (wire/sample.h), the packets that broke brokers,
// and session histories that did.

#include <string>
#include <vector>

#include "base/bytes.h"

namespace mqttspec::fuzz {

struct seed {
  std::string target;
  std::string name;
  byte_buffer input;
};

std::vector<seed> packet_seeds();   // decode, roundtrip
std::vector<seed> text_seeds();     // topic, script
std::vector<seed> history_seeds();  // session, model_pair
std::vector<seed> capture_seeds();  // capture
std::vector<seed> all_seeds();

}  // namespace mqttspec::fuzz

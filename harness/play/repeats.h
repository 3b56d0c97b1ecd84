#pragma once
// Tells what comes a second time on one connection. 3.1.1 does not forbid a server to send by a
// timer what is not acknowledged [v311:v311-4.4-a]; 5.0 does [v5:MQTT-4.4.0-1].
//
//   repeats seen;
//   seen.is_one(publish, now);   // false; true when it comes again with DUP 1
//   seen.sent(puback, now);      // from here on it would be a fault

#include <cstdint>
#include <map>
#include <string>

#include "base/instant.h"
#include "wire/packet.h"

namespace mqttspec::play {

class repeats {
 public:
  // Of a packet that was received. Always false for 5.0.
  bool is_one(const wire::packet& p, instant now);
  void sent(const wire::packet& p, instant now);

 private:
  struct exchange {
    std::string topic;
    std::string payload;
    instant ended = never;  // we acknowledged it
  };
  static bool is_open(const exchange& e, instant now);

  std::map<std::uint16_t, exchange> published_;
  std::map<std::uint16_t, exchange> released_;  // by PUBREL; no topic
};

}  // namespace mqttspec::play

#pragma once
// What a person probably did wrong when no client gets in: the wrong port, no password.

#include <string>

#include "results/results.h"

namespace mqttspec::suite {

// A sentence for the first case of the sanity check, " It answers in HTTP: ...", to be put after
// its failure; "" when nothing is known. |plain|: the suite spoke MQTT without TLS and WebSocket.
// |user|: the user name that it gave.
std::string likely_slip(const results::case_result& c, bool plain, const std::string& user);

}  // namespace mqttspec::suite

#pragma once
// The packets of one case as a capture that Wireshark and tshark read.
//
// Results hold MQTT packets, not what was on the wire: TCP and IP around them are made up (loopback
// addresses, port 1883 so that dissectors know MQTT), one TCP stream a connection. Packets of which
// the results hold the first octets only appear as cut off by the capture. Masked credentials are
// "x". The packet that a failure is about carries a comment.

#include <string>

#include "results/results.h"

namespace mqttspec::reports {

std::string to_pcapng(const results::run_results& run, const results::case_result& c);

// A file name for the capture of |c|: its id with everything but letters, digits, '.', '-' and '='
// as '_', ending in ".pcapng".
std::string capture_name(const results::case_result& c);

}  // namespace mqttspec::reports

#pragma once
// `mqttspec explore bytes`: hostile octets in every state of a session.

#include "cli/options.h"

namespace mqttspec::cli {

int explore_bytes(const arguments& words, console& on);

}  // namespace mqttspec::cli

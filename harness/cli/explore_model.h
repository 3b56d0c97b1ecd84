#pragma once
// mqttspec explore model: random histories of several clients, judged by a model.

#include "cli/command.h"

namespace mqttspec::cli {

int explore_model(const arguments& words, console& on);

}  // namespace mqttspec::cli

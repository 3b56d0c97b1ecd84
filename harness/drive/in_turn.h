#pragma once
// A driver that plays machines one after the other, each in a world and a virtual time of its own;
// its own clock goes on by what each of them took.
//
//   auto driver = in_turn([world](play::machine& m) { return play_virtually(m, world); });

#include <functional>
#include <memory>

#include "play/driver.h"

namespace mqttspec::drive {

std::unique_ptr<play::driver> in_turn(std::function<duration(play::machine&)> play_one);

}  // namespace mqttspec::drive

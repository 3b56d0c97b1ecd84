// mqttspec explore: model (when nothing is said) or bytes

#include <fmt/format.h>

#include "base/spelling.h"
#include "cli/exit_codes.h"
#include "cli/explore_bytes.h"
#include "cli/explore_model.h"

namespace mqttspec::cli {

int explore_command(const arguments& words, console& on) {
  if (on.describe) {
    explore_model({}, on);
    return explore_bytes({}, on);
  }
  if (!words.empty() && words.front() == "bytes") {
    return explore_bytes({words.begin() + 1, words.end()}, on);
  }
  if (!words.empty() && words.front() == "model") {
    return explore_model({words.begin() + 1, words.end()}, on);
  }
  if (!words.empty() && !words.front().starts_with('-')) {
    on.error(fmt::format("cannot explore '{}'", words.front()),
             suggest(words.front(), {"model", "bytes"}));
    return bad_usage;
  }
  return explore_model(words, on);
}

}  // namespace mqttspec::cli

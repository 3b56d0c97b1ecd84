// mqttspec explore

#include "cli/exit_codes.h"
#include "cli/explore_bytes.h"

namespace mqttspec::cli {

int explore_command(const arguments& words, console& on) {
  const bool asks = !words.empty() && (words.front() == "--help" || words.front() == "-h");
  if (on.describe || asks) return explore_bytes(words, on);
  if (!words.empty() && words.front() == "bytes") {
    return explore_bytes({words.begin() + 1, words.end()}, on);
  }
  on.error("explore what?", "mqttspec explore bytes --help");
  return bad_usage;
}

}  // namespace mqttspec::cli

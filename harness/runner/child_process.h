#pragma once
// A shell command in a process group of its own, and what it printed last.
//
//   child_process broker;
//   broker.start("mosquitto -c broker.conf");
//   while (broker.look()) ...                   // now and then: its output must be read
//   log(broker.epitaph());                      // "ended with status 3; its last output: ..."

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mqttspec::runner {

class child_process {
 public:
  child_process() = default;
  ~child_process();  // kills what is left
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  // Runs /bin/sh -c |command|; false when that cannot be done. Not while another one runs.
  bool start(const std::string& command);
  // Reads what was printed and sees who ended. true: some process of the group is still there.
  bool look();
  void signal(int number) const;  // to the whole group

  // How the shell ended, as waitpid tells it.
  const std::optional<int>& status() const { return status_; }
  // "ended with status 3", "was ended by signal 11 (Segmentation fault)", and its last lines.
  std::string epitaph() const;
  // Ended by a signal that tells of a defect. Shells report those of their children as 128 + N.
  bool crashed() const;
  // Of all processes of the group; 0 when there is none.
  std::uint64_t resident_octets() const;
  // Lines that tell of a defect, printed since the last call; at most a hundred.
  std::vector<std::string> take_alarms() { return std::exchange(alarms_, {}); }

 private:
  void read_output();
  void close_output();
  void take_line(std::string line);

  pid_t pid_ = -1;
  int output_ = -1;
  std::optional<int> status_;
  std::deque<std::string> lines_;
  std::vector<std::string> alarms_;
  std::string unfinished_;
};

}  // namespace mqttspec::runner

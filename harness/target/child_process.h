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

namespace mqttspec::target {

enum class child_output : std::uint8_t {
  kept,       // the last lines are; somebody must look() now and then
  discarded,  // for commands that leave something behind which goes on printing
};

class child_process {
 public:
  child_process() = default;
  ~child_process();  // kills what is left
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  // What a process reads and writes in place of nothing and of |output|; -1: not so.
  struct pipe_ends {
    int input = -1;
    int output = -1;
  };
  // Runs /bin/sh -c |command|; false when that cannot be done. Ends what still runs.
  bool start(const std::string& command, child_output output = child_output::kept,
             pipe_ends pipes = {-1, -1});
  // Reads what was printed and sees who ended. true: some process of the group is still there.
  bool look();
  void signal(int number) const;  // to the whole group
  // What is left of the group is none of our business any more.
  void forget();

  // Of the shell, once it has ended: the status it ended with, or the signal that ended it. Shells
  // report the signals of their children as status 128 + N.
  bool ended() const { return wait_status_.has_value(); }
  std::optional<std::uint32_t> status() const;
  std::optional<std::uint32_t> signal() const;
  // Ended by a signal that tells of a defect.
  bool crashed() const;
  // Of all processes of the group; 0 when there is none.
  std::uint64_t resident_octets() const;
  // Lines that tell of a defect, printed since the last call; at most a hundred.
  std::vector<std::string> take_alarms() { return std::exchange(alarms_, {}); }
  // "ended with status 3", "was ended by signal 11 (Segmentation fault)"
  std::string how_it_ended() const;
  // The last lines, escaped.
  std::vector<std::string> output() const;
  // How it ended and its last lines, in one.
  std::string epitaph() const;

 private:
  void end();
  void read_output();
  void close_output();
  void take_line(std::string line);

  pid_t pid_ = -1;
  int output_ = -1;
  std::optional<int> wait_status_;
  std::deque<std::string> lines_;
  std::vector<std::string> alarms_;
  std::string unfinished_;
};

}  // namespace mqttspec::target

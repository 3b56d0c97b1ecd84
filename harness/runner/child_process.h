#pragma once
// A shell command in a process group of its own, and what it printed last.
//
//   child_process broker;
//   broker.start("mosquitto -c broker.conf");
//   while (broker.look()) ...                   // now and then: its output must be read
//   log(broker.epitaph());                      // "ended with status 3; its last output: ..."

#include <sys/types.h>

#include <deque>
#include <optional>
#include <string>

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

 private:
  void read_output();
  void close_output();

  pid_t pid_ = -1;
  int output_ = -1;
  std::optional<int> status_;
  std::deque<std::string> lines_;
  std::string unfinished_;
};

}  // namespace mqttspec::runner

#include "target/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/utf8.h"

extern char** environ;

namespace mqttspec::target {

namespace {

constexpr std::size_t lines_kept = 8;
constexpr std::size_t longest_line = 400;
constexpr std::size_t most_alarms = 100;  // between two looks at them
constexpr int pipe_size = 1 << 20;        // a talkative broker must not wait for us to read

bool tells_of_a_defect(int number) {
  return number == SIGSEGV || number == SIGABRT || number == SIGBUS || number == SIGFPE ||
         number == SIGILL || number == SIGTRAP || number == SIGSYS;
}

// Output of strangers may hold anything.
std::string printable(std::string_view line) {
  return escape_text(line.substr(0, longest_line));
}

// What sanitizers and the run times of languages say before or instead of the end.
bool tells_of_a_defect(std::string_view line) {
  static constexpr std::string_view words[] = {
      "Sanitizer",       "runtime error:",  "panicked at",      "panic:",
      "fatal error:",    "Traceback (most", "Unhandled",        "Uncaught",
      "uncaught",        "Segmentation",    "Assertion",        "NullPointerException",
      "IndexOutOfBound", "stack overflow",  "OutOfMemoryError", "Exception in thread",
      "TypeError:",      "RangeError:"};
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return line.find(word) != line.npos; });
}

}  // namespace

child_process::~child_process() {
  end();
}

void child_process::end() {
  if (pid_ > 0) {
    signal(SIGKILL);
    int ignored = 0;
    if (!ended()) ::waitpid(pid_, &ignored, 0);
  }
  forget();
}

bool child_process::start(const std::string& command, child_output output, pipe_ends pipes) {
  end();
  wait_status_.reset();
  lines_.clear();
  alarms_.clear();
  unfinished_.clear();
  std::array<int, 2> ends{-1, -1};
  if (output == child_output::kept) {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    output_ = ends[0];
    ::fcntl(output_, F_SETFL, O_NONBLOCK);
    ::fcntl(output_, F_SETPIPE_SZ, pipe_size);
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  if (pipes.input >= 0) {
    posix_spawn_file_actions_adddup2(&files, pipes.input, 0);
  } else {
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  }
  for (const int fd : {1, 2}) {
    if (fd == 1 && pipes.output >= 0) {
      posix_spawn_file_actions_adddup2(&files, pipes.output, fd);
    } else if (output == child_output::kept) {
      posix_spawn_file_actions_adddup2(&files, ends[1], fd);
    } else {
      posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_WRONLY, 0);
    }
  }
  // Its own group: an interrupt at the terminal is ours to handle, and signals reach all of it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::string shell = "/bin/sh";
  std::string flag = "-c";
  std::string text = command;
  char* arguments[] = {shell.data(), flag.data(), text.data(), nullptr};
  const int failed = ::posix_spawn(&pid_, shell.c_str(), &files, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (ends[1] >= 0) ::close(ends[1]);
  if (failed != 0) {
    pid_ = -1;
    close_output();
  }
  return failed == 0;
}

bool child_process::look() {
  if (pid_ <= 0) return false;
  read_output();
  if (!ended()) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
    wait_status_ = status;
    read_output();
  }
  // The shell may end before its children do. Those are gone when the group is empty or when
  // nobody holds the pipe; where nobody reaps orphans, only the second becomes true.
  const bool group_is_empty = ::kill(-pid_, 0) != 0 && errno == ESRCH;
  if (!group_is_empty && output_ >= 0) return true;
  pid_ = -1;
  close_output();
  return false;
}

void child_process::signal(int number) const {
  if (pid_ > 0) ::kill(-pid_, number);
}

void child_process::forget() {
  pid_ = -1;
  close_output();
}

void child_process::read_output() {
  std::array<char, 65536> octets;
  while (output_ >= 0) {
    const ssize_t n = ::read(output_, octets.data(), octets.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;  // nothing more for now
    if (n == 0) return close_output();
    for (const char c : std::string_view(octets.data(), static_cast<std::size_t>(n))) {
      if (c != '\n') {
        if (unfinished_.size() < longest_line) unfinished_ += c;
        continue;
      }
      take_line(std::exchange(unfinished_, {}));
    }
  }
}

void child_process::take_line(std::string line) {
  if (tells_of_a_defect(line) && alarms_.size() < most_alarms) alarms_.push_back(printable(line));
  lines_.push_back(std::move(line));
  if (lines_.size() > lines_kept) lines_.pop_front();
}

std::uint64_t child_process::resident_octets() const {
  if (pid_ <= 0) return 0;
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t pages = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != name.npos) continue;
    // pid (comm) state ppid pgrp; a comm may have blanks and parentheses.
    std::ifstream stat(entry.path() / "stat");
    std::string line;
    std::getline(stat, line);
    const std::size_t behind = line.rfind(')');
    if (behind == line.npos) continue;
    std::istringstream rest(line.substr(behind + 1));
    char state = 0;
    pid_t parent = 0;
    pid_t group = 0;
    rest >> state >> parent >> group;
    if (group != pid_) continue;
    std::uint64_t whole = 0;
    std::uint64_t resident = 0;
    std::ifstream(entry.path() / "statm") >> whole >> resident;
    pages += resident;
  }
  return pages * page;
}

void child_process::close_output() {
  if (output_ >= 0) ::close(output_);
  output_ = -1;
}

std::optional<std::uint32_t> child_process::status() const {
  if (!ended() || !WIFEXITED(*wait_status_)) return std::nullopt;
  return static_cast<std::uint32_t>(WEXITSTATUS(*wait_status_));
}

std::optional<std::uint32_t> child_process::signal() const {
  if (ended() && WIFSIGNALED(*wait_status_)) {
    return static_cast<std::uint32_t>(WTERMSIG(*wait_status_));
  }
  if (const auto code = status(); code && *code > 128 && *code < 128 + 65) return *code - 128;
  return std::nullopt;
}

bool child_process::crashed() const {
  const auto number = signal();
  return number && tells_of_a_defect(static_cast<int>(*number));
}

std::string child_process::how_it_ended() const {
  if (!ended()) return "did not end";
  const auto number = signal();
  const std::string name =
      number ? fmt::format("{} ({})", *number, ::strsignal(static_cast<int>(*number))) : "";
  const auto code = status();
  if (!code) return "was ended by signal " + name;
  if (number) return fmt::format("ended with status {}, of signal {}", *code, name);
  return fmt::format("ended with status {}{}", *code, *code == 127 ? " (command not found)" : "");
}

std::vector<std::string> child_process::output() const {
  std::vector<std::string> out;
  const auto add = [&](const std::string& line) {
    if (!line.empty()) out.push_back(printable(line));
  };
  for (const std::string& line : lines_) add(line);
  add(unfinished_);
  return out;
}

std::string child_process::epitaph() const {
  const std::vector<std::string> said = output();
  if (said.empty()) return how_it_ended() + " and printed nothing";
  return fmt::format("{}; its last output: {}", how_it_ended(), fmt::join(said, " | "));
}

}  // namespace mqttspec::target

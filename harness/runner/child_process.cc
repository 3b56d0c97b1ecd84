#include "runner/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

extern char** environ;

namespace mqttspec::runner {

namespace {

constexpr std::size_t lines_kept = 8;
constexpr std::size_t longest_line = 400;
constexpr int pipe_size = 1 << 20;  // a talkative broker must not wait for us to read

bool tells_of_a_defect(int number) {
  return number == SIGSEGV || number == SIGABRT || number == SIGBUS || number == SIGFPE ||
         number == SIGILL || number == SIGTRAP || number == SIGSYS;
}

// Output of strangers may hold anything.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, longest_line)) {
    const auto octet = static_cast<unsigned char>(c);
    out += octet < 0x20 || octet >= 0x7F ? (c == '\t' ? ' ' : '?') : c;
  }
  return out;
}

}  // namespace

child_process::~child_process() {
  if (pid_ > 0) {
    signal(SIGKILL);
    int ignored = 0;
    if (!status_) ::waitpid(pid_, &ignored, 0);
  }
  close_output();
}

bool child_process::start(const std::string& command) {
  close_output();
  pid_ = -1;
  status_.reset();
  lines_.clear();
  unfinished_.clear();
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  output_ = ends[0];
  ::fcntl(output_, F_SETFL, O_NONBLOCK);
  ::fcntl(output_, F_SETPIPE_SZ, pipe_size);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, ends[1], 1);
  posix_spawn_file_actions_adddup2(&files, ends[1], 2);
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
  ::close(ends[1]);
  if (failed != 0) {
    pid_ = -1;
    close_output();
  }
  return failed == 0;
}

bool child_process::look() {
  if (pid_ <= 0) return false;
  read_output();
  if (!status_) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
    status_ = status;
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
      lines_.push_back(std::exchange(unfinished_, {}));
      if (lines_.size() > lines_kept) lines_.pop_front();
    }
  }
}

void child_process::close_output() {
  if (output_ >= 0) ::close(output_);
  output_ = -1;
}

bool child_process::crashed() const {
  if (!status_) return false;
  if (WIFSIGNALED(*status_)) return tells_of_a_defect(WTERMSIG(*status_));
  return tells_of_a_defect(WEXITSTATUS(*status_) - 128);
}

std::string child_process::epitaph() const {
  std::string text = "did not end";
  if (status_ && WIFSIGNALED(*status_)) {
    const int number = WTERMSIG(*status_);
    text = fmt::format("was ended by signal {} ({})", number, ::strsignal(number));
  } else if (status_) {
    const int code = WEXITSTATUS(*status_);
    text = fmt::format("ended with status {}", code);
    if (code > 128 && code < 128 + 65) {
      text += fmt::format(" (signal {}: {})", code - 128, ::strsignal(code - 128));
    }
    if (code == 127) text += " (command not found)";
  }
  std::string said;
  const auto add = [&](const std::string& line) {
    if (line.empty()) return;
    if (!said.empty()) said += " | ";
    said += printable(line);
  };
  for (const std::string& line : lines_) add(line);
  add(unfinished_);
  return said.empty() ? text + " and printed nothing" : text + "; its last output: " + said;
}

}  // namespace mqttspec::runner

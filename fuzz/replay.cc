// replay TARGET PATH...: runs files, and all files of folders, through a target without libFuzzer,
// under any compiler. Exit 0 when all pass; 1 when one breaks what the target holds true; a crash
// names the file first.
//
//   replay decode corpus/seeds/decode
//   replay --time decode corpus/seeds/decode     the slowest inputs, and executions a second of
//                                                processor time, over a second and more of them
//   replay --explain session FILE                the actions of an input, in words

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/arena.h"
#include "fuzz/history.h"
#include "fuzz/target.h"

extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

namespace fs = std::filesystem;
using namespace mqttspec;

constexpr unsigned seconds_per_input = 25;

char current[4096];

void write_error(const char* text) {
  const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
  (void)written;
}
void name_culprit() {
  write_error("replay: the input is ");
  write_error(current);
  write_error("\n");
}
void on_signal(int number) {
  if (number == SIGALRM) write_error("replay: an input takes too long\n");
  name_culprit();
  std::signal(number, SIG_DFL);
  if (number == SIGALRM) ::_exit(1);
  ::raise(number);
}

byte_buffer read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct sample {
  fs::path file;
  byte_buffer input;
  double seconds = 0;  // of its second run
};

// Of this thread: others may use the machine, too.
double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

int usage() {
  fmt::print(stderr, "usage: replay [--time | --explain] TARGET PATH...\n       targets:");
  for (const fuzz::target& t : fuzz::targets()) fmt::print(stderr, " {}", t.name);
  fmt::print(stderr, "\n");
  return 2;
}

void run(const fuzz::target& target, const byte_buffer& input) {
  // A block of exactly the input's size: a read behind it is seen.
  const byte_buffer exact(input);
  fuzz::run_in_arena(target.run, exact);
}

void print_times(const fuzz::target& target, std::vector<sample>& samples) {
  if (samples.empty()) return;
  std::size_t octets = 0;
  for (sample& each : samples) {
    octets += each.input.size();
    const double begin = processor_seconds();
    run(target, each.input);
    each.seconds = processor_seconds() - begin;
  }
  // Over and over, without a look at the clock in between.
  std::size_t rounds = 0;
  const double begin = processor_seconds();
  for (; processor_seconds() < begin + 1; ++rounds) {
    for (const sample& each : samples) run(target, each.input);
  }
  const double all = processor_seconds() - begin;
  std::sort(samples.begin(), samples.end(),
            [](const sample& a, const sample& b) { return a.seconds > b.seconds; });
  for (std::size_t i = 0; i < std::min<std::size_t>(samples.size(), 5); ++i) {
    fmt::print("{:9.1f} us  {}\n", samples[i].seconds * 1e6, samples[i].file.string());
  }
  const auto count = static_cast<double>(samples.size());
  fmt::print("{:.0f} executions a second; {:.0f} octets a mean input\n",
             count * static_cast<double>(rounds) / all, static_cast<double>(octets) / count);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string_view> arguments(argv + 1, argv + argc);
  std::string_view mode;
  if (!arguments.empty() && arguments[0].starts_with("--")) {
    mode = arguments[0];
    arguments.erase(arguments.begin());
  }
  if (arguments.size() < 2 || (!mode.empty() && mode != "--time" && mode != "--explain")) {
    return usage();
  }
  const fuzz::target* target = fuzz::find_target(arguments[0]);
  if (target == nullptr) return usage();

  for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS, SIGALRM}) {
    std::signal(number, on_signal);
  }
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(name_culprit);

  std::size_t count = 0;
  std::size_t failed = 0;
  std::vector<sample> samples;
  for (const std::string_view path : std::vector(arguments.begin() + 1, arguments.end())) {
    if (!fs::exists(path)) {
      fmt::print(stderr, "replay: no file {}\n", path);
      return 2;
    }
    for (const fs::path& file : files_of(path)) {
      const byte_buffer input = read_file(file);
      if (mode == "--explain") {
        fmt::print("{}:\n{}", file.string(), fuzz::explain_history(input));
        continue;
      }
      fmt::format_to_n(current, sizeof current - 1, "{}", file.string()).out[0] = '\0';
      ++count;
      try {
        ::alarm(seconds_per_input);
        run(*target, input);
        ::alarm(0);
        if (mode == "--time") samples.push_back({file, input});
      } catch (const fuzz::violation& what) {
        ++failed;
        fmt::print("FAIL {}: {}\n", file.string(), what.what());
      }
    }
  }
  if (mode == "--explain") return 0;
  if (mode == "--time") print_times(*target, samples);
  fmt::print("{}: {} inputs, {} failed\n", target->name, count, failed);
  return failed == 0 ? 0 : 1;
}

// mqttspec fmt

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "script/formatter.h"

namespace mqttspec::cli {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> scenario_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> out;
  fs::recursive_directory_iterator it(path, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->path().extension() == ".mqs") out.push_back(it->path().generic_string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

int fmt_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec fmt [--check] FILE|DIR ...";
  set.explanation = "Brings scenario files into the standard layout, in place.";
  set.words_are = "files";
  set.described.add_options()("check", po::bool_switch(),
                              "change nothing; end with 1 when a file would change");
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (options->words.empty()) {
    on.error("no file is named", "write for example: mqttspec fmt cases");
    return bad_usage;
  }
  const bool check = options->get<bool>("check");
  std::size_t changed = 0;
  bool failed = false;
  for (const std::string& word : options->words) {
    for (const std::string& name : scenario_files(word)) {
      const auto text = read_file(name, "file", on);
      if (!text) {
        failed = true;
        continue;
      }
      const auto laid_out = script::format(name, *text);
      if (!laid_out) {
        on.show(laid_out.error());
        failed = true;
      } else if (*laid_out != *text) {
        ++changed;
        on.print(fmt::format("{} {}\n", check ? "would change" : "formatted", name));
        if (!check && !replace_file(name, *laid_out)) {
          on.error(fmt::format("cannot write '{}'", name));
          return internal_error;
        }
      }
    }
  }
  if (failed) return bad_usage;
  return check && changed != 0 ? unexpected_result : as_expected;
}

}  // namespace mqttspec::cli

#include "cli/case_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/exit_codes.h"
#include "script/checker.h"

namespace mqttspec::cli {

namespace fs = std::filesystem;

namespace {

bool directory_exists(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool lies_in(const std::string& path, const std::string& directory) {
  const fs::path relative = fs::absolute(path).lexically_normal().lexically_relative(
      fs::absolute(directory).lexically_normal());
  return !relative.empty() && *relative.begin() != "..";
}

// A word that is meant as a file: patterns have no such ending.
bool names_file(const std::string& word) {
  return word.ends_with(".mqs");
}

}  // namespace

bool has_errors(const std::vector<diagnostic>& list) {
  return std::any_of(list.begin(), list.end(),
                     [](const diagnostic& d) { return d.level == severity::error; });
}

void add_cases_option(po::options_description& to) {
  to.add_options()("cases", po::value<std::string>()->value_name("DIR"),
                   "directory of scenario files, with lib/ and statements/");
}

std::string shown_path(const std::string& path) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  const fs::path full = fs::absolute(path, error).lexically_normal();
  const fs::path relative = full.lexically_relative(here);
  if (error || relative.empty() || *relative.begin() == "..") return full.generic_string();
  std::string out = relative.generic_string();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

std::string find_cases_directory(const parsed_options& options) {
  if (options.has("cases")) return shown_path(options.get<std::string>("cases"));
  if (directory_exists(MQTTSPEC_CASES_DIRECTORY)) return shown_path(MQTTSPEC_CASES_DIRECTORY);
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path shared = program.parent_path().parent_path() / "share" / "mqttspec" / "cases";
  return shown_path(directory_exists(shared) ? shared.string() : "cases");
}

std::optional<std::string> read_file(const std::string& path, const char* what, console& on) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file && !directory_exists(path)) text << file.rdbuf();
  if (!file || directory_exists(path)) {
    const int why = errno;
    on.error(fmt::format("cannot read the {} '{}': {}", what, path,
                         directory_exists(path) ? "it is a directory"
                         : why != 0             ? std::strerror(why)
                                                : "it cannot be opened"));
    return std::nullopt;
  }
  return text.str();
}

std::optional<case_files> load_cases(const parsed_options& options, const arguments& words,
                                     console& on) {
  case_files out;
  out.root = find_cases_directory(options);
  for (const std::string& word : words) {
    if (exists(word)) {
      out.named.push_back(shown_path(word));
    } else if (names_file(word)) {
      on.error(fmt::format("there is no file '{}'", word));
      return std::nullopt;
    } else {
      out.patterns.push_back(word);
    }
  }
  if (out.named.empty() || !out.patterns.empty()) {
    if (!directory_exists(out.root)) {
      on.error(fmt::format("there is no directory of cases '{}'", out.root),
               "name one with --cases DIR or MQTTSPEC_CASES");
      return std::nullopt;
    }
    out.files.load({out.root}, out.root);
  }
  for (const std::string& name : out.named) {
    out.files.load({name}, lies_in(name, out.root) ? out.root : "");
  }
  std::vector<diagnostic> problems;
  out.statements = script::catalogue::load((fs::path(out.root) / "statements").string(), problems);
  out.found = script::check(out.files, out.statements);
  out.found.insert(out.found.begin(), problems.begin(), problems.end());
  if (has_errors(out.found)) {
    on.show(out.found);
    return std::nullopt;
  }
  return out;
}

runner::selection case_request::chosen() const {
  runner::selection s;
  s.patterns = cases.patterns;
  s.files = cases.named;
  return s;
}

std::optional<case_request> read_case_request(option_set& set, const arguments& words, console& on,
                                              int& status) {
  add_cases_option(set.described);
  auto options = parse_options(set, words, on, status);
  if (!options) return std::nullopt;
  auto cases = load_cases(*options, options->words, on);
  if (!cases) {
    status = bad_usage;
    return std::nullopt;
  }
  return case_request{std::move(*options), std::move(*cases)};
}

}  // namespace mqttspec::cli

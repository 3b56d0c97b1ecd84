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

// Whether a file or directory belongs to other cases than those of the catalogue: a lib/ with
// scenario files lies above it.
bool has_own_library(const std::string& path) {
  std::error_code error;
  const auto is_scenario = [](const fs::directory_entry& e) {
    return e.path().extension() == ".mqs";
  };
  fs::path folder = fs::absolute(path, error).lexically_normal();
  for (; folder.has_relative_path(); folder = folder.parent_path()) {
    const fs::directory_iterator entries(folder / "lib", error);
    if (!error && std::any_of(begin(entries), end(entries), is_scenario)) return true;
  }
  return false;
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
  to.add_options()(
      "cases", po::value<std::string>()->value_name("DIR"),
      "the folder of cases, with lib/ and statements/ in it (the one that is installed)");
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
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  // Installed: beside bin/. In a build tree: a link beside the program, or above it.
  for (const fs::path& prefix : {folder.parent_path(), folder}) {
    const fs::path shared = fs::canonical(prefix / "share" / "mqttspec" / "cases", error);
    if (!error && directory_exists(shared)) return shown_path(shared.string());
  }
  return shown_path("cases");
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

// First the whole text beside the file, then its name: an interruption leaves one of the two.
bool replace_file(const std::string& name, const std::string& text) {
  const std::string beside = name + ".new";
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code error;
  if (!out) {
    fs::remove(beside, error);
    return false;
  }
  fs::permissions(beside, fs::status(name, error).permissions(), error);
  fs::rename(beside, name, error);
  return !error;
}

std::optional<script::catalogue> load_statements(const std::string& cases_directory, console& on) {
  std::vector<diagnostic> problems;
  auto out = script::catalogue::load((fs::path(cases_directory) / "statements").string(), problems);
  if (!has_errors(problems)) return out;
  on.show(problems);
  return std::nullopt;
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
    out.files.load({name}, lies_in(name, out.root) || !has_own_library(name) ? out.root : "");
  }
  std::vector<diagnostic> problems;
  const std::string statements = (fs::path(out.root) / "statements").string();
  out.statements = script::catalogue::load(statements, problems);
  out.bugs = script::load_known_bugs(statements, problems);
  out.found = script::check(out.files, out.statements);
  out.found.insert(out.found.begin(), problems.begin(), problems.end());
  if (has_errors(out.found)) {
    on.show(out.found);
    return std::nullopt;
  }
  return out;
}

suite::selection case_request::chosen() const {
  suite::selection s;
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

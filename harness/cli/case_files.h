#pragma once
// Finding, reading and checking scenario files for the commands.

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "script/catalogue.h"
#include "script/known_bugs.h"
#include "script/library.h"
#include "suite/selection.h"

namespace mqttspec::cli {

void add_cases_option(po::options_description& to);

// --cases (or MQTTSPEC_CASES), else share/mqttspec/cases beside the program's folder or in it (a
// link to the source's in a build tree), else ./cases; relative to the working directory where it
// lies below.
std::string find_cases_directory(const parsed_options& options);

// |path| as it is shown and compared: relative where it lies below the working directory.
std::string shown_path(const std::string& path);

struct case_files {
  std::string root;
  script::file_set files;
  script::catalogue statements;
  std::vector<script::known_bug> bugs;
  std::vector<std::string> patterns;  // words that name no file
  std::vector<std::string> named;     // words that do: files and directories
  std::vector<diagnostic> found;      // errors and warnings of all files
};

// The catalogue below a directory of cases. nullopt, with the errors told: it cannot be read.
std::optional<script::catalogue> load_statements(const std::string& cases_directory, console& on);

// Reads what |words| name; the whole directory of cases when there is none, or a pattern among
// them. nullopt, with everything told on err, when a file has errors.
std::optional<case_files> load_cases(const parsed_options& options, const arguments& words,
                                     console& on);

// A command whose words name cases: its options and the cases.
struct case_request {
  parsed_options options;
  case_files cases;

  // The cases that the words select.
  suite::selection chosen() const;
};

// Adds --cases to |set|. nullopt: the command ends with |status|, and why is told.
std::optional<case_request> read_case_request(option_set& set, const arguments& words, console& on,
                                              int& status);

// The text of a file, or nullopt with an error told.
std::optional<std::string> read_file(const std::string& path, const char* what, console& on);

// Makes |text| the whole of a file, or leaves it as it is. false: it cannot be written.
bool replace_file(const std::string& name, const std::string& text);

bool has_errors(const std::vector<diagnostic>& list);

}  // namespace mqttspec::cli

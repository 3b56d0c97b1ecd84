#pragma once
// Scenario files and what they import.
//
//   file_set files;
//   files.load({"cases"}, "cases");
//   catalogue statements = catalogue::load("cases/statements", problems);
//   std::vector<diagnostic> found = check(files, statements);       // script/checker.h
//   if (!has_errors(found)) {
//     expand_options options;                                       // script/expander.h
//     options.run_tag = "t48c7";
//     for (const scenario& s : expand(files, options).scenarios) run(s);
//   }

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "script/parser.h"

namespace mqttspec::script {

struct script_file;

struct def_reference {
  const script_file* file = nullptr;
  const def_node* def = nullptr;
};

struct script_file {
  std::string name;       // as given: "cases/queue/order.mqs"
  std::string path;       // "queue/order"
  bool library = false;   // lies in lib/
  bool imported = false;  // loaded because another file imports it, and for no other reason
  file_node tree;
  std::vector<diagnostic> problems;                        // of reading: lexer, parser, imports
  std::map<std::string, def_reference, std::less<>> defs;  // its own and the imported ones
};

class file_set {
 public:
  // How to read a file: its text, or nullopt. Tests and the fuzzer give their own.
  using reader = std::function<std::optional<std::string>(const std::string& name)>;

  file_set();
  explicit file_set(reader read);

  // Loads files, and directories with all their *.mqs, in the order of their names. |cases_root| is
  // where imports are looked up and what scenario paths are relative to; empty: the nearest
  // directory above a file that has a lib/, or else the file's own. A path that cannot be read
  // is told in problems().
  void load(const std::vector<std::string>& paths, const std::string& cases_root = "");

  // Adds one file whose text is at hand; its imports are read.
  void add(const std::string& name, std::string text, const std::string& cases_root = "");

  const std::vector<std::unique_ptr<script_file>>& files() const { return files_; }
  const std::vector<diagnostic>& problems() const { return problems_; }

 private:
  script_file& enter(const std::string& name, std::string text, const std::string& cases_root,
                     bool imported);
  void resolve_imports(script_file& file, const std::string& cases_root);
  void collect_defs(script_file& file, problem_list& problems);
  script_file* find(const std::string& name);

  reader read_;
  std::vector<std::unique_ptr<script_file>> files_;  // imports in front of their importers
  std::vector<diagnostic> problems_;
  std::vector<std::string> loading_;  // files whose imports are being read
};

}  // namespace mqttspec::script

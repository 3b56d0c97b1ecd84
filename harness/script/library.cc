#include "script/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mqttspec::script {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_whole(const std::string& name) {
  std::error_code error;
  if (!fs::is_regular_file(name, error)) return std::nullopt;
  std::ifstream file(name, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

diagnostic whole_file(const std::string& name, std::string message) {
  diagnostic d;
  d.message = std::move(message);
  d.where.file = name;
  return d;
}

// |name| without a leading "./" and doubled separators, so that a file is known by one name.
std::string normal(const std::string& name) {
  return fs::path(name).lexically_normal().generic_string();
}

std::string root_of(const std::string& name, const std::string& cases_root) {
  if (!cases_root.empty()) return cases_root;
  const fs::path directory = fs::path(name).parent_path();
  std::error_code error;
  for (fs::path up = directory;; up = up.parent_path()) {
    if (fs::is_directory(up / "lib", error)) return up.generic_string();
    if (up.empty() || up == up.parent_path()) break;
  }
  return directory.generic_string();
}

// "queue/order" for cases/queue/order.mqs below cases; "order" for a file outside.
std::string path_below(const std::string& name, const std::string& root) {
  const fs::path file = fs::path(name).lexically_normal();
  fs::path relative =
      file.lexically_relative(fs::path(root.empty() ? "." : root).lexically_normal());
  if (relative.empty() || *relative.begin() == "..") {
    // The same place by another spelling: one of the two is absolute.
    std::error_code error;
    relative = fs::absolute(file, error)
                   .lexically_normal()
                   .lexically_relative(fs::absolute(root, error).lexically_normal());
  }
  if (relative.empty() || *relative.begin() == "..") relative = file.filename();
  relative.replace_extension();
  return relative.generic_string();
}

}  // namespace

file_set::file_set() : read_(read_whole) {}
file_set::file_set(reader read) : read_(std::move(read)) {}

void file_set::load(const std::vector<std::string>& paths, const std::string& cases_root) {
  for (const std::string& path : paths) {
    std::vector<std::string> names;
    std::error_code error;
    if (fs::is_directory(path, error)) {
      fs::recursive_directory_iterator it(path, error), end;
      while (!error && it != end) {
        if (it->path().extension() == ".mqs") names.push_back(it->path().generic_string());
        it.increment(error);
      }
      std::sort(names.begin(), names.end());
      if (names.empty()) {
        problems_.push_back(
            whole_file(path, fmt::format("no scenario files (*.mqs) in '{}'", path)));
      }
    } else {
      names.push_back(path);
    }
    for (const std::string& name : names) {
      auto text = read_(name);
      if (!text) {
        problems_.push_back(whole_file(name, fmt::format("cannot read '{}'", name)));
        continue;
      }
      add(name, std::move(*text), cases_root);
    }
  }
}

void file_set::add(const std::string& name, std::string text, const std::string& cases_root) {
  if (script_file* known = find(normal(name))) {
    known->imported = false;
    return;
  }
  enter(normal(name), std::move(text), cases_root, false);
}

script_file* file_set::find(const std::string& name) {
  const auto found =
      std::find_if(files_.begin(), files_.end(), [&](const auto& f) { return f->name == name; });
  return found == files_.end() ? nullptr : found->get();
}

script_file& file_set::enter(const std::string& name, std::string text,
                             const std::string& cases_root, bool imported) {
  auto file = std::make_unique<script_file>();
  file->name = name;
  const std::string root = root_of(name, cases_root);
  file->path = path_below(name, root);
  file->library = file->path.starts_with("lib/");
  file->imported = imported;
  problem_list problems;
  file->tree = parse_file(name, std::move(text), problems);
  file->problems = problems.take_sorted();
  loading_.push_back(name);
  resolve_imports(*file, root);
  loading_.pop_back();
  files_.push_back(std::move(file));
  return *files_.back();
}

void file_set::resolve_imports(script_file& file, const std::string& cases_root) {
  problem_list problems;
  const source_text& source = *file.tree.source;
  std::vector<std::string> seen;
  for (const import_node& import : file.tree.imports) {
    const fs::path relative(import.path);
    const bool climbs = std::find(relative.begin(), relative.end(), "..") != relative.end();
    if (!import.path.starts_with("lib/") || climbs || relative.extension() != ".mqs") {
      problems.error(source, import.where,
                     {fmt::format("'{}' is not a library file", import.path), "not from lib/",
                      "only files of cases/lib are imported: import \"lib/NAME.mqs\""});
      continue;
    }
    if (std::find(seen.begin(), seen.end(), import.path) != seen.end()) {
      problems.error(source, import.where,
                     {fmt::format("'{}' is imported twice", import.path), "second one", ""});
      continue;
    }
    seen.push_back(import.path);
    const std::string name = normal((fs::path(cases_root) / relative).generic_string());
    if (std::find(loading_.begin(), loading_.end(), name) != loading_.end()) {
      problems.error(source, import.where,
                     {fmt::format("'{}' imports itself", import.path), "a circle of imports", ""});
      continue;
    }
    script_file* library = find(name);
    if (library == nullptr) {
      auto text = read_(name);
      if (!text) {
        problems.error(source, import.where,
                       {fmt::format("there is no file '{}'", import.path), "not found",
                        fmt::format("looked for {}", name)});
        continue;
      }
      library = &enter(name, std::move(*text), cases_root, true);
    }
    for (const def_node& def : library->tree.defs) {
      const auto [other, added] =
          file.defs.try_emplace(def.name.text, def_reference{library, &def});
      if (added || other->second.file == library) continue;
      problems.error(
          source, import.where,
          {fmt::format("def '{}' is in two imported files", def.name.text), "imports it again",
           fmt::format("the other is {}", other->second.file->name)});
    }
  }
  collect_defs(file, problems);
  file.problems.insert(file.problems.end(), problems.list().begin(), problems.list().end());
}

void file_set::collect_defs(script_file& file, problem_list& problems) {
  for (const def_node& def : file.tree.defs) {
    const auto [other, added] = file.defs.try_emplace(def.name.text, def_reference{&file, &def});
    if (added) continue;
    problems.error(*file.tree.source, def.name.where,
                   {fmt::format("there is a def '{}' already", def.name.text), "second one",
                    fmt::format("the first is {}:{}", other->second.file->name,
                                other->second.def->name.where.line)});
  }
  if (!file.library) return;
  for (const scenario_node& s : file.tree.scenarios) {
    problems.error(*file.tree.source, s.where,
                   {"a scenario in a library file", "only defs stand in lib/",
                    "move it to a file of its topic"});
  }
}

}  // namespace mqttspec::script

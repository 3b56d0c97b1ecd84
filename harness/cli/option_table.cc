#include "cli/option_table.h"

#include <map>
#include <sstream>

#include "cli/options.h"

namespace mqttspec::cli {

namespace {

// Program_options shows the captions of groups, but does not tell them: they are read off its help.
std::map<std::string, std::string> groups_of(const po::options_description& all) {
  std::stringstream help;
  help << all;
  std::map<std::string, std::string> out;
  std::string caption;
  for (std::string line; std::getline(help, line);) {
    if (!line.starts_with(' ') && line.ends_with(':')) {
      caption = line.substr(0, line.size() - 1);
      continue;
    }
    const auto dashes = line.find("--");
    const auto text = line.find_first_not_of(' ');
    if (dashes == std::string::npos || text == std::string::npos || line[text] != '-') continue;
    out[line.substr(dashes + 2, line.find_first_of(" ]", dashes) - dashes - 2)] = caption;
  }
  return out;
}

// The name of the value, without the "(=512)" and "[=...]" that Program_options puts around it.
std::string value_name(const po::option_description& option) {
  std::string name = option.format_parameter();
  if (name == "arg") name.clear();
  if (name.starts_with("[=")) name = name.substr(2, name.size() - 3);
  return name.substr(0, name.find(" (=")).substr(0, name.find("(="));
}

}  // namespace

command_description describe(const option_set& set) {
  command_description out{"",
                          "",
                          std::string(set.usage),
                          std::string(set.explanation),
                          std::string(set.words_are),
                          std::string(set.verb),
                          {}};
  const auto groups = groups_of(set.described);
  for (const auto& option : set.described.options()) {
    option_description o;
    o.name = option->long_name();
    const std::string shown = option->format_name();  // "-b [ --broker ]"
    if (shown.size() > 1 && shown[1] != '-') o.letter = shown[1];
    o.value = value_name(*option);
    o.value_optional = option->format_parameter().starts_with('[');
    o.text = option->description();
    const std::string parameter = option->format_parameter();
    if (const auto at = parameter.find(" (="); at != std::string::npos && !o.value_optional) {
      o.text += " (" + parameter.substr(at + 3);
    }
    const auto group = groups.find(o.name);
    if (group != groups.end()) o.group = group->second;
    out.options.push_back(std::move(o));
  }
  return out;
}

std::string option_description::synopsis() const {
  std::string out = letter == 0 ? "" : std::string{'-', letter, ',', ' '};
  out += "--" + name;
  if (value.empty()) return out;
  return out + (value_optional ? "[=" + value + "]" : " " + value);
}

std::vector<std::string> option_description::choices() const {
  std::vector<std::string> out;
  if (value.find('|') == std::string::npos) return out;
  std::stringstream parts(value);
  for (std::string one; std::getline(parts, one, '|');) out.push_back(one);
  return out;
}

std::vector<command_description> describe_commands() {
  std::vector<command_description> out;
  std::ostringstream nothing;
  for (const command& c : commands()) {
    if (c.summary.empty()) continue;
    console on{nothing, nothing, false, false, {}, "never"};
    on.describe = [&](const option_set& set) {
      out.push_back(describe(set));
      out.back().name = c.name;
      out.back().summary = c.summary;
    };
    c.run({}, on);
  }
  return out;
}

}  // namespace mqttspec::cli

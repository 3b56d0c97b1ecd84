#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "base/spelling.h"
#include "cli/exit_codes.h"

namespace mqttspec::cli {

namespace {

constexpr const char* words_name = "words";

std::string variable_of(std::string name) {
  for (char& c : name) {
    c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return "MQTTSPEC_" + name;
}

// Options that the environment gives, as if they had been written on a command line.
po::parsed_options from_environment(const po::options_description& all, const console& on) {
  po::parsed_options out(&all);
  for (const auto& option : all.options()) {
    const std::string name = option->long_name();
    if (name == words_name || name == "help" || !on.variable) continue;
    if (const auto value = on.variable(variable_of(name)); value && !value->empty()) {
      out.options.emplace_back(name, std::vector<std::string>{*value});
    }
  }
  return out;
}

std::string help_for_unknown(const po::options_description& all, std::string name) {
  name.erase(0, name.find_first_not_of('-'));
  std::vector<std::string> names;
  for (const auto& option : all.options()) {
    if (option->long_name() != words_name) names.push_back("--" + option->long_name());
  }
  std::sort(names.begin(), names.end());
  const std::vector<std::string_view> views(names.begin(), names.end());
  return suggest("--" + name.substr(0, name.find('=')), views);
}

}  // namespace

std::optional<parsed_options> parse_options(option_set& set, const arguments& words, console& on,
                                            int& status) {
  set.described.add_options()("color", po::value<std::string>()->value_name("auto|always|never"),
                              "of the text")("help,h", "show this");
  if (on.describe) {
    on.describe(set);
    status = as_expected;
    return std::nullopt;
  }
  po::options_description all;
  all.add(set.described);
  all.add_options()(words_name, po::value<arguments>());
  po::positional_options_description positional;
  if (!set.words_are.empty()) positional.add(words_name, -1);
  status = bad_usage;
  parsed_options out;
  const std::string more = fmt::format("mqttspec {} --help shows all options", [&] {
    const auto begin = set.usage.find(' ') + 1;
    return set.usage.substr(begin, set.usage.find(' ', begin) - begin);
  }());
  try {
    // Without guessing: an abbreviation that works today may mean something else tomorrow.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    auto line =
        po::command_line_parser(words).options(all).positional(positional).style(style).run();
    for (const auto& option : line.options) out.on_line[option.string_key] = true;
    po::store(line, out.values);
    po::store(from_environment(all, on), out.values);
    po::notify(out.values);
  } catch (const po::unknown_option& e) {
    const std::string help = help_for_unknown(all, e.get_option_name());
    on.error(fmt::format("unknown option '{}'", e.get_option_name()), help.empty() ? more : help);
    return std::nullopt;
  } catch (const po::too_many_positional_options_error&) {
    on.error("this command takes no words behind its options", more);
    return std::nullopt;
  } catch (const po::error& e) {
    on.error(e.what(), more);
    return std::nullopt;
  }
  if (out.values.count(words_name) != 0) out.words = out.get<arguments>(words_name);
  if (out.values.count("color") != 0) {
    on.colour = out.get<std::string>("color");
    if (on.colour != "auto" && on.colour != "always" && on.colour != "never") {
      on.error(fmt::format("--color cannot be '{}'", on.colour), "valid here: auto, always, never");
      return std::nullopt;
    }
  }
  if (out.values.count("help") != 0) {
    std::ostringstream text;
    text << "usage: " << set.usage << "\n\n"
         << set.explanation << "\n\n"
         << set.described
         << "\nEvery option can be given in the environment too: --queue-limit as "
            "MQTTSPEC_QUEUE_LIMIT.\n";
    on.print(text.str());
    status = as_expected;
    return std::nullopt;
  }
  return out;
}

std::vector<std::string> list_of(const parsed_options& options, const char* name) {
  std::vector<std::string> out;
  if (!options.has(name)) return out;
  for (const std::string& value : options.get<arguments>(name)) {
    std::stringstream parts(value);
    for (std::string one; std::getline(parts, one, ',');) {
      if (!one.empty()) out.push_back(one);
    }
  }
  return out;
}

}  // namespace mqttspec::cli

#pragma once
// Options of one command: from the command line, then from the environment (MQTTSPEC_QUEUE_LIMIT
// for --queue-limit). Unknown ones are refused with a suggestion.

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "cli/command.h"

namespace mqttspec::cli {

namespace po = boost::program_options;

struct option_set {
  std::string_view usage;        // "mqttspec list [OPTIONS] [PATTERN ...]"
  std::string_view explanation;  // one sentence
  po::options_description described{"options"};
  std::string_view words_are;  // what positional words are; empty: none are allowed
  std::string_view verb;       // the first word, where it must be this one: "update"
};

struct parsed_options {
  po::variables_map values;
  arguments words;
  bool from_command_line(const std::string& name) const { return on_line.contains(name); }
  bool has(const std::string& name) const {
    return values.count(name) != 0 && !values[name].defaulted();
  }
  template <class T>
  const T& get(const std::string& name) const {
    return values[name].as<T>();
  }
  std::map<std::string, bool> on_line;
};

// nullopt: |status| is what the command ends with (--help: 0; a mistake, told on err: 2). Adds
// --help and --color to the set and obeys them.
std::optional<parsed_options> parse_options(option_set& set, const arguments& words, console& on,
                                            int& status);

// The options of |these| that were given, on the command line or by the environment, as words that
// give them again.
arguments words_again(const po::options_description& these, const parsed_options& options);

// "500ms". |into| keeps its value where the option is absent. false, told on err: no time.
bool read_duration(const parsed_options& options, const char* name, duration& into, console& on);

// false, told on err: an option that must be at least 1 is 0.
bool is_positive(const parsed_options& options, const char* name, console& on);

// A number of at least 1. |into| keeps its value where the option is absent. false: told on err.
template <class T>
bool read_positive(const parsed_options& options, const char* name, T& into, console& on) {
  if (!options.has(name)) return true;
  into = options.get<std::uint32_t>(name);
  return is_positive(options, name, on);
}

// The values of an option that may be repeated or have several values with commas between them.
std::vector<std::string> list_of(const parsed_options& options, const char* name);

}  // namespace mqttspec::cli

#pragma once
// The options of all commands as values: what the man page, the completions and the tests of the
// docs are made from. The commands hand over what they parse with, so that nothing can differ.

#include <string>
#include <vector>

#include "cli/console.h"

namespace mqttspec::cli {

struct option_description {
  std::string name;             // "queue-limit"
  char letter = 0;              // 'b' of -b; 0: none
  std::string value;            // "N", "FILE", "5|3.1.1"; empty: a switch
  bool value_optional = false;  // --trace, --trace=all
  std::string text;             // "cases at once (512)"
  std::string group;            // "running"

  std::string synopsis() const;  // "-b, --broker HOST:PORT"

  // "drop-newest|drop-oldest" as a list; empty: anything goes.
  std::vector<std::string> choices() const;
};

struct command_description {
  std::string name;
  std::string summary;
  std::string usage;
  std::string explanation;
  std::string words_are;  // what positional words are; empty: there are none
  std::string verb;       // the first word, where it must be this one
  std::vector<option_description> options;

  std::string full_name() const { return verb.empty() ? name : name + " " + verb; }
};

// Of one command that parses with |set|; name and summary are left empty.
command_description describe(const option_set& set);

// Of all commands that are shown to people, in their order. One with several verbs is there once
// for each of them.
std::vector<command_description> describe_commands();

}  // namespace mqttspec::cli

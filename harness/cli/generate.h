#pragma once
// Texts made from the option table, and one from that of adapters, for `mqttspec generate KIND` and
// the build.

#include <string>
#include <vector>

#include "cli/option_table.h"

namespace mqttspec::cli {

using command_table = std::vector<command_description>;

std::string man_page(const command_table& commands);         // roff, man(7)
std::string option_pages(const command_table& commands);     // docs/options.md
std::string bash_completion(const command_table& commands);  // needs nothing but bash
std::string zsh_completion(const command_table& commands);
std::string fish_completion(const command_table& commands);
std::string adapter_schema(const command_table& commands);  // docs/adapter.schema.json

// What is typed in place of an option's value or of a command's words.
enum class completes { nothing, choices, files, directories, cases, statements };
completes kind_of_value(const option_description& o);
completes kind_of_words(const command_description& c);

}  // namespace mqttspec::cli

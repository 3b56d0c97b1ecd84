// mqttspec generate: for the build, not for people; the overview does not show it.

#include "cli/generate.h"

#include <fmt/format.h>

#include <array>

#include "cli/exit_codes.h"
#include "cli/options.h"

namespace mqttspec::cli {

namespace {

struct text_kind {
  std::string_view name;
  std::string (*make)(const command_table&);
};

constexpr std::array kinds = std::to_array<text_kind>({
    {"man", man_page},
    {"options", option_pages},
    {"bash", bash_completion},
    {"zsh", zsh_completion},
    {"fish", fish_completion},
    {"adapter-schema", adapter_schema},
});

}  // namespace

completes kind_of_value(const option_description& o) {
  if (o.value.empty()) return completes::nothing;
  if (!o.choices().empty()) return completes::choices;
  if (o.value.starts_with("FILE") || o.value.ends_with(".json")) return completes::files;
  if (o.value.starts_with("DIR")) return completes::directories;
  return completes::nothing;
}

completes kind_of_words(const command_description& c) {
  if (c.words_are.find("patterns") != std::string::npos) return completes::cases;
  if (c.words_are.find("files") != std::string::npos) return completes::files;
  if (c.words_are.find("statements") != std::string::npos) return completes::statements;
  return completes::nothing;
}

int generate_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec generate KIND";
  set.explanation = "Writes what is made from the option table: man, options, bash, zsh or fish.";
  set.words_are = "kinds";
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  for (const text_kind& k : kinds) {
    if (options->words != arguments{std::string(k.name)}) continue;
    on.print(k.make(describe_commands()));
    return as_expected;
  }
  on.error("name what to write", "valid here: man, options, bash, zsh, fish, adapter-schema");
  return bad_usage;
}

}  // namespace mqttspec::cli

// Completions for three shells.

#include <fmt/format.h>

#include <algorithm>

#include "cli/generate.h"

namespace mqttspec::cli {

namespace {

// |text| without the characters of |bad|, for places where quoting is not worth it.
std::string quoted(std::string_view text, std::string_view escape) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += escape;
    } else if (c != '\n') {
      out += c;
    } else {
      out += ' ';
    }
  }
  return out;
}

std::string in_zsh(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return quoted(out, "'\\''");
}

std::string options_of(const command_description& c) {
  std::string out;
  for (const option_description& o : c.options) {
    if (o.letter != 0) out += fmt::format("-{} ", o.letter);
    out += fmt::format("--{} ", o.name);
  }
  out.pop_back();
  return out;
}

// The pattern of bash's `case` that finds an option: "run:--broker|run:-b".
std::string bash_pattern(const command_description& c, const option_description& o) {
  std::string out = fmt::format("{}:--{}", c.name, o.name);
  if (o.letter != 0) out += fmt::format("|{}:-{}", c.name, o.letter);
  return out;
}

std::string bash_value(const command_description& c, const option_description& o) {
  const std::string pattern = bash_pattern(c, o);
  switch (kind_of_value(o)) {
    case completes::choices:
      return fmt::format("    {}) _mqttspec_words '{}'; return ;;\n", pattern,
                         fmt::join(o.choices(), " "));
    case completes::files:
      return fmt::format("    {}) _mqttspec_paths -f; return ;;\n", pattern);
    case completes::directories:
      return fmt::format("    {}) _mqttspec_paths -d; return ;;\n", pattern);
    default:
      return fmt::format("    {}) return ;;\n", pattern);
  }
}

std::string bash_words(const command_description& c) {
  std::string verb;
  if (!c.verb.empty()) {
    verb = fmt::format("(( COMP_CWORD == 2 )) && _mqttspec_words '{}' || ", c.verb);
  }
  switch (kind_of_words(c)) {
    case completes::cases:
      return verb + "_mqttspec_paths -f; _mqttspec_cases";
    case completes::files:
      return verb + "_mqttspec_paths -f";
    case completes::statements:
      return verb + "_mqttspec_statements";
    default:
      return verb + ":";
  }
}

std::string zsh_action(completes kind, const option_description* o) {
  switch (kind) {
    case completes::choices:
      return fmt::format("({})", fmt::join(o->choices(), " "));
    case completes::files:
      return "_files";
    case completes::directories:
      return "_files -/";
    case completes::cases:
      return "_mqttspec_cases";
    case completes::statements:
      return "_mqttspec_statements";
    case completes::nothing:
      return " ";
  }
  return " ";
}

std::string zsh_option(const option_description& o) {
  std::string out;
  const std::string value = o.value.empty()
                                ? ""
                                : fmt::format("{}:{}:{}", o.value_optional ? ":" : "",
                                              in_zsh(o.value), zsh_action(kind_of_value(o), &o));
  const std::string_view equals = o.value.empty() ? "" : o.value_optional ? "=-" : "=";
  out += fmt::format("        '*--{}{}[{}]{}'\n", o.name, equals, in_zsh(o.text), value);
  if (o.letter != 0) {
    out += fmt::format("        '*-{}[{}]{}'\n", o.letter, in_zsh(o.text), value);
  }
  return out;
}

std::string zsh_words(const command_description& c) {
  std::string out;
  if (!c.verb.empty()) out += fmt::format("        '1:verb:({})'\n", c.verb);
  const completes kind = kind_of_words(c);
  if (kind != completes::nothing) {
    out += fmt::format("        '*:{}:{}'\n", in_zsh(c.words_are), zsh_action(kind, nullptr));
  }
  return out;
}

std::string fish_option(const command_description& c, const option_description& o) {
  std::string out = fmt::format("complete -c mqttspec -n '__mqttspec_in {}' -l {}", c.name, o.name);
  if (o.letter != 0) out += fmt::format(" -s {}", o.letter);
  if (!o.value.empty() && !o.value_optional) {
    switch (kind_of_value(o)) {
      case completes::choices:
        out += fmt::format(" -x -a '{}'", fmt::join(o.choices(), " "));
        break;
      case completes::files:
        out += " -r -F";
        break;
      case completes::directories:
        out += " -x -a '(__fish_complete_directories)'";
        break;
      default:
        out += " -x";
    }
  }
  return out + fmt::format(" -d '{}'\n", quoted(o.text, "\\'"));
}

std::string fish_words(const command_description& c) {
  std::string out;
  const std::string in = fmt::format("complete -c mqttspec -n '__mqttspec_in {}'", c.name);
  if (!c.verb.empty()) out += fmt::format("{} -a '{}'\n", in, c.verb);
  switch (kind_of_words(c)) {
    case completes::cases:
      return out + fmt::format("{0} -F\n{0} -a '(mqttspec list 2>/dev/null)'\n", in);
    case completes::files:
      return out + fmt::format("{} -F\n", in);
    case completes::statements:
      return out + in +
             " -a '(mqttspec list --statements 2>/dev/null | string replace -rf "
             "\"^v[0-9]+:([^ ]+).*\" \"\\$1\")'\n";
    default:
      return out;
  }
}

std::string names_of(const command_table& commands) {
  std::string out;
  for (const command_description& c : commands) out += c.name + " ";
  out.pop_back();
  return out;
}

// A command with several verbs is completed as one.
command_table by_name(const command_table& commands) {
  command_table out;
  for (const command_description& c : commands) {
    if (out.empty() || out.back().name != c.name) {
      out.push_back(c);
      continue;
    }
    command_description& one = out.back();
    one.verb += " " + c.verb;
    for (const option_description& o : c.options) {
      const bool known = std::any_of(one.options.begin(), one.options.end(),
                                     [&](const auto& other) { return other.name == o.name; });
      if (!known) one.options.push_back(o);
    }
  }
  return out;
}

// What stands in a template as @NAME@ is filled in.
std::string filled(std::string text,
                   const std::vector<std::pair<std::string, std::string>>& parts) {
  for (const auto& [name, value] : parts) {
    const std::string mark = "@" + name + "@";
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += value.size()) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

constexpr const char* bash_template =
    R"sh(# bash completion for mqttspec, made by `mqttspec generate bash`

_mqttspec_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
_mqttspec_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}
_mqttspec_cases() {
  local found
  mapfile -t found < <(compgen -W "$(mqttspec list 2>/dev/null | sed 's/\[.*//' | sort -u)" -- "$current")
  COMPREPLY+=("${found[@]}")
}
_mqttspec_statements() {
  _mqttspec_words "$(mqttspec list --statements 2>/dev/null | sed -n 's/^v[0-9]*:\([^ ]*\).*/\1/p' | sort -u)"
}

_mqttspec() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=run options=
  if [[ $current == = ]]; then
    current=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  if (( COMP_CWORD > 1 )); then
    case ${COMP_WORDS[1]} in
      @ALTERNATIVES@) command=${COMP_WORDS[1]} ;;
    esac
  fi
  case $command:$before in
@VALUES@  esac
  case $command in
@OPTIONS@  esac
  if [[ $current == -* ]]; then
    _mqttspec_words "$options"
    return
  fi
  case $command in
@WORDS@  esac
  if (( COMP_CWORD == 1 )); then
    local names
    mapfile -t names < <(compgen -W '@COMMANDS@' -- "$current")
    COMPREPLY=("${names[@]}" "${COMPREPLY[@]}")
  fi
}
complete -F _mqttspec mqttspec
)sh";

constexpr const char* zsh_template = R"sh(#compdef mqttspec
# Made by `mqttspec generate zsh`.

_mqttspec_cases() {
  local -a cases
  cases=(${(f)"$(_call_program cases mqttspec list 2>/dev/null)"})
  compadd -a cases
  _files
}
_mqttspec_statements() {
  local -a statements
  statements=(${(f)"$(_call_program statements mqttspec list --statements 2>/dev/null |
    sed -n 's/^v[0-9]*:\([^ ]*\).*/\1/p')"})
  compadd -a statements
}

_mqttspec() {
  local command=run
  local -a commands arguments
  commands=(
@COMMANDS@  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    _mqttspec_cases
    return
  fi
  if (( ${commands[(I)$words[2]:*]} )); then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
@BODIES@  esac
  _arguments -s -S : $arguments
}

_mqttspec "$@"
)sh";

constexpr const char* fish_template =
    R"sh(# fish completion for mqttspec, made by `mqttspec generate fish`

# Whether the command line is one of this command; a line without a command runs.
function __mqttspec_in
    set -l words (commandline -opc)
    set -l command run
    if set -q words[2]; and contains -- $words[2] @COMMANDS@
        set command $words[2]
    end
    test $command = $argv[1]
end
function __mqttspec_first
    set -l words (commandline -opc)
    test (count $words) -eq 1
end

complete -c mqttspec -f
)sh";

}  // namespace

std::string bash_completion(const command_table& table) {
  const command_table commands = by_name(table);
  std::string values;
  std::string options;
  std::string words;
  std::string alternatives;
  for (const command_description& c : commands) {
    alternatives += (alternatives.empty() ? "" : "|") + c.name;
    for (const option_description& o : c.options) {
      if (!o.value.empty() && !o.value_optional) values += bash_value(c, o);
    }
    options += fmt::format("    {}) options='{}' ;;\n", c.name, options_of(c));
    words += fmt::format("    {}) {} ;;\n", c.name, bash_words(c));
  }
  return filled(bash_template, {{"ALTERNATIVES", alternatives},
                                {"VALUES", values},
                                {"OPTIONS", options},
                                {"WORDS", words},
                                {"COMMANDS", names_of(commands)}});
}

std::string zsh_completion(const command_table& table) {
  const command_table commands = by_name(table);
  std::string list;
  std::string bodies;
  for (const command_description& c : commands) {
    list += fmt::format("    '{}:{}'\n", c.name, in_zsh(c.summary));
    bodies += fmt::format("    {})\n      arguments=(\n", c.name);
    for (const option_description& o : c.options) bodies += zsh_option(o);
    bodies += zsh_words(c) + "      ) ;;\n";
  }
  return filled(zsh_template, {{"COMMANDS", list}, {"BODIES", bodies}});
}

std::string fish_completion(const command_table& table) {
  const command_table commands = by_name(table);
  std::string out = filled(fish_template, {{"COMMANDS", names_of(commands)}});
  for (const command_description& c : commands) {
    out += fmt::format("complete -c mqttspec -n __mqttspec_first -a {} -d '{}'\n", c.name,
                       quoted(c.summary, "\\'"));
  }
  for (const command_description& c : commands) {
    out += "\n" + fish_words(c);
    for (const option_description& o : c.options) out += fish_option(c, o);
  }
  return out;
}

}  // namespace mqttspec::cli

#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <typeinfo>

#include "base/spelling.h"
#include "cli/exit_codes.h"
#include "cli/help.h"

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

// Program_options takes "-1" for a number without a sign and makes 4294967295 of it.
std::optional<std::string> odd_number(const po::options_description& all,
                                      const po::parsed_options& given) {
  for (const auto& option : given.options) {
    if (option.value.empty() || !option.value[0].starts_with('-')) continue;
    const auto* known = all.find_nothrow(option.string_key, false);
    if (known == nullptr) continue;
    const auto* typed = dynamic_cast<const po::typed_value_base*>(known->semantic().get());
    if (typed == nullptr) continue;
    const auto& type = typed->value_type();
    if (type == typeid(std::uint32_t) || type == typeid(std::uint64_t)) {
      return fmt::format("--{} cannot be '{}'", option.string_key, option.value[0]);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<parsed_options> parse_options(option_set& set, const arguments& words, console& on,
                                            int& status) {
  set.described.add_options()("color", po::value<std::string>()->value_name("auto|always|never"),
                              "when to print in colour (auto)")("help,h", "show this help");
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
    const auto line =
        po::command_line_parser(words).options(all).positional(positional).style(style).run();
    for (const auto& option : line.options) out.on_line[option.string_key] = true;
    const auto environment = from_environment(all, on);
    for (const auto* given : {&line, &environment}) {
      if (const auto odd = odd_number(all, *given)) {
        on.error(*odd, "write a number without a sign");
        return std::nullopt;
      }
      po::store(*given, out.values);
    }
    po::notify(out.values);
  } catch (const po::unknown_option& e) {
    const std::string help = help_for_unknown(all, e.get_option_name());
    on.error(fmt::format("unknown option '{}'", e.get_option_name()), help.empty() ? more : help);
    return std::nullopt;
  } catch (const po::too_many_positional_options_error&) {
    on.error("this command takes no words after its options", more);
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
    on.print(help_text(describe(set), on.columns()));
    status = as_expected;
    return std::nullopt;
  }
  return out;
}

arguments words_again(const po::options_description& these, const parsed_options& options) {
  arguments out;
  for (const auto& described : these.options()) {
    const std::string& name = described->long_name();
    if (!options.has(name)) continue;
    const boost::any& value = options.values[name].value();
    const auto add = [&](const std::string& text) { out.insert(out.end(), {"--" + name, text}); };
    if (boost::any_cast<bool>(&value) != nullptr) {
      out.push_back("--" + name);
    } else if (const auto* text = boost::any_cast<std::string>(&value)) {
      add(*text);
    } else if (const auto* texts = boost::any_cast<arguments>(&value)) {
      for (const std::string& each : *texts) add(each);
    } else if (const auto* number = boost::any_cast<std::int64_t>(&value)) {
      add(std::to_string(*number));
    }
  }
  return out;
}

bool read_duration(const parsed_options& options, const char* name, duration& into, console& on) {
  if (!options.has(name)) return true;
  const auto& text = options.get<std::string>(name);
  const auto value = parse_duration(text);
  if (!value) {
    on.error(fmt::format("--{} cannot be '{}'", name, text),
             "write a number and us, ms, s or m: 500ms");
    return false;
  }
  into = *value;
  return true;
}

bool is_positive(const parsed_options& options, const char* name, console& on) {
  if (options.get<std::uint32_t>(name) != 0) return true;
  on.error(fmt::format("--{} must be at least 1", name));
  return false;
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

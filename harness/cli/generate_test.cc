// The texts made from the option table: nothing may be missing, and shells must be able to read
// them.

#include "cli/generate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/command.h"

namespace mqttspec::cli {
namespace {

std::string help_of(const command_description& c) {
  std::ostringstream out;
  console on{out, out, false, false, {}, "never"};
  arguments words = {c.name, "--help"};
  if (!c.verb.empty()) words.insert(words.begin() + 1, c.verb);
  run_program(words, on);
  return out.str();
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(option_table, is_what_the_commands_parse_with) {
  const command_table table = describe_commands();
  for (const command& c : commands()) {
    const bool there = std::any_of(table.begin(), table.end(),
                                   [&](const auto& described) { return described.name == c.name; });
    EXPECT_EQ(there, !c.summary.empty()) << c.name;
  }
  for (const command_description& c : table) {
    const std::string help = help_of(c);
    std::size_t named = 0;
    for (const option_description& o : c.options) {
      EXPECT_TRUE(holds(help, "--" + o.name)) << c.name << " " << o.name;
      EXPECT_FALSE(o.text.empty()) << c.name << " " << o.name;
    }
    // And the other way: every line of the help that begins with a dash is an option of the table.
    std::stringstream lines(help);
    for (std::string line; std::getline(lines, line);) named += line.starts_with("  -");
    EXPECT_EQ(named, c.options.size()) << help;
  }
}

const option_description& option(const command_table& table, const std::string& command,
                                 const std::string& name) {
  for (const command_description& c : table) {
    if (c.name != command) continue;
    for (const option_description& o : c.options) {
      if (o.name == name) return o;
    }
  }
  throw std::runtime_error("no option " + name);
}

TEST(option_table, tells_letters_values_groups_and_defaults) {
  const command_table table = describe_commands();
  const auto& broker = option(table, "run", "broker");
  EXPECT_EQ(broker.letter, 'b');
  EXPECT_EQ(broker.value, "ADDRESS");
  EXPECT_TRUE(holds(broker.group, "target"));
  EXPECT_EQ(option(table, "run", "strict").value, "");
  const auto& trace = option(table, "run", "trace");
  EXPECT_TRUE(trace.value_optional);
  EXPECT_EQ(trace.choices(), (std::vector<std::string>{"failed", "all"}));
  EXPECT_TRUE(holds(option(table, "broker", "listen").text, "127.0.0.1:1883"));
  EXPECT_EQ(kind_of_value(option(table, "run", "baseline")), completes::files);
  EXPECT_EQ(kind_of_value(option(table, "run", "pcap")), completes::directories);
}

TEST(generate, every_text_has_every_option) {
  const command_table table = describe_commands();
  for (const auto make :
       {man_page, option_pages, bash_completion, zsh_completion, fish_completion}) {
    const std::string text = make(table);
    for (const command_description& c : table) {
      EXPECT_TRUE(holds(text, c.name)) << text.substr(0, 80);
      for (const option_description& o : c.options) {
        std::string name = o.name;
        if (make == man_page) {
          for (std::size_t at = 0; (at = name.find('-', at)) != std::string::npos; at += 2) {
            name.replace(at, 1, "\\-");
          }
        }
        EXPECT_TRUE(holds(text, name) || o.name == "color" || o.name == "help")
            << text.substr(0, 80) << c.name << " " << o.name;
      }
    }
  }
}

TEST(adapter_schema, has_every_message_of_the_protocol) {
  const std::string text = adapter_schema({});
  for (const char* part : {"\"cmd\": { \"const\": \"publish\" }", "\"ev\": { \"const\": \"done\" }",
                           "\"payload_hex\"", "\"min_keep_alive\""}) {
    EXPECT_TRUE(holds(text, part)) << part;
  }
}

TEST(adapter_new, writes_a_program_that_is_ready_and_refuses) {
  for (const char* language : {"python", "javascript", "go", "java", "rust", "c", "cpp"}) {
    std::ostringstream out;
    console on{out, out, false, false, {}, "never"};
    EXPECT_EQ(run_program({"adapter", "new", language}, on), 0) << language;
    EXPECT_TRUE(holds(out.str(), "ready") && holds(out.str(), "unknown")) << language;
  }
}

}  // namespace
}  // namespace mqttspec::cli

#pragma once
// A command of the program, and the table of all of them.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"

namespace mqttspec::cli {

using arguments = std::vector<std::string>;

struct command {
  std::string_view name;
  std::string_view summary;  // empty: not shown to people
  int (*run)(const arguments& words, console& on);
};

std::span<const command> commands();

// The whole program: |words| without its name.
int run_program(arguments words, console& on);

int run_command(const arguments& words, console& on);
int profile_command(const arguments& words, console& on);
int list_command(const arguments& words, console& on);
int check_command(const arguments& words, console& on);
int fmt_command(const arguments& words, console& on);
int explain_command(const arguments& words, console& on);
int decode_command(const arguments& words, console& on);
int report_command(const arguments& words, console& on);
int broker_command(const arguments& words, console& on);
int explore_command(const arguments& words, console& on);
int prove_command(const arguments& words, console& on);
int judge_command(const arguments& words, console& on);
int watch_command(const arguments& words, console& on);
int clean_command(const arguments& words, console& on);
int adapter_command(const arguments& words, console& on);
int baseline_command(const arguments& words, console& on);
int generate_command(const arguments& words, console& on);

}  // namespace mqttspec::cli

#pragma once
// Where commands print, and how. Tests give string streams.

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace mqttspec::cli {

struct option_set;

// Of the terminal that is written to; 80 where there is none.
std::size_t terminal_columns();

struct console {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // The environment, for options and NO_COLOR.
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::string colour = "auto";  // --color: auto, always, never
  // Where it is set, a command hands its options over instead of doing anything (option_table.h).
  std::function<void(const option_set&)> describe = {};

  bool colour_out() const { return coloured(out_is_terminal); }
  bool colour_err() const { return coloured(err_is_terminal); }

  // How wide running text may be.
  std::size_t columns() const { return out_is_terminal ? terminal_columns() : 100; }

  // With everything made visible that could command a terminal.
  void print(std::string_view text) const;
  // Text with colours of ours, in which whoever wrote it has made that visible.
  void print_coloured(std::string_view text) const;
  // "error: ..." and, where there is one, "  = help: ..." on err.
  void error(std::string_view message, std::string_view help = "") const;
  void show(const std::vector<diagnostic>& list) const;  // on err

 private:
  bool coloured(bool terminal) const;
};

}  // namespace mqttspec::cli

#include "cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <ostream>

#include "base/visible.h"

namespace mqttspec::cli {

std::size_t terminal_columns() {
  winsize size{};
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) return size.ws_col;
  }
  return 80;
}

bool console::coloured(bool terminal) const {
  if (colour == "always") return true;
  if (colour == "never" || !terminal) return false;
  const auto none = variable ? variable("NO_COLOR") : std::nullopt;
  return !none || none->empty();
}

void console::print(std::string_view text) const {
  out << visible(text);
  out.flush();
}

void console::print_coloured(std::string_view text) const {
  out << text;
  out.flush();
}

void console::error(std::string_view message, std::string_view help) const {
  diagnostic d;
  d.message = message;
  d.help = help;
  err << render(d, colour_err());
  err.flush();
}

void console::show(const std::vector<diagnostic>& list) const {
  err << render(list, colour_err());
  err.flush();
}

}  // namespace mqttspec::cli

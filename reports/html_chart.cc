#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/instant.h"
#include "reports/html_parts.h"

namespace mqttspec::reports::html {

namespace {

using results::case_result;
using results::trace_direction;
using results::trace_line;

// A hostile file may name a client on every line; columns beyond these share the last one.
constexpr std::size_t most_columns = 24;

std::vector<std::string> clients_of(const case_result& c) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const trace_line& t : c.packets) {
    if (t.client.empty() || !seen.insert(t.client).second) continue;
    if (out.size() == most_columns) {
      out.back() = "others";
      break;
    }
    out.push_back(t.client);
  }
  return out;
}

list blanks(std::size_t n) {
  return list(n, data(true));
}

}  // namespace

std::string packet_summary(const case_result& c) {
  const auto packets = std::count_if(c.packets.begin(), c.packets.end(), [](const trace_line& t) {
    return t.direction != trace_direction::event;
  });
  return fmt::format("{}, {}", counted(static_cast<std::size_t>(packets), "packet"),
                     counted(clients_of(c).size(), "client"));
}

std::string packet_chart(const case_result& c) {
  const std::vector<std::string> clients = clients_of(c);
  const std::size_t columns = std::max<std::size_t>(1, clients.size());
  list heads;
  for (const std::string& name : clients) heads.push_back(data(name));
  if (clients.empty()) heads.push_back(data(std::string("events")));
  list lines;
  lines.reserve(c.packets.size());
  for (const trace_line& t : c.packets) {
    const auto found = std::find(clients.begin(), clients.end(), t.client);
    const std::size_t column = found != clients.end()
                                   ? static_cast<std::size_t>(found - clients.begin())
                               : t.client.empty() ? 0
                                                  : columns - 1;
    const bool event = t.direction == trace_direction::event;
    const bool sent = t.direction == trace_direction::sent;
    // The name of the packet stands out; an event is one text.
    const std::size_t name_end = event ? 0 : std::min(t.text.find(' '), t.text.size());
    fields f;
    f["marked"] = data(t.marked);
    f["at"] = data(print_seconds(t.at));
    f["before"] = data(blanks(column));
    f["after"] = data(blanks(columns - 1 - column));
    f["way"] = data(std::string(event ? "event" : sent ? "sent" : "received"));
    f["arrow"] = data(std::string(event ? "·" : sent ? "→" : "←"));
    f["name"] = data(t.text.substr(0, name_end));
    f["rest"] = data(t.text.substr(name_end));
    lines.push_back(data(f));
  }
  fields chart;
  chart["clients"] = data(heads);
  chart["lines"] = data(lines);
  return render_template("chart", std::move(chart));
}

std::string packet_octets(const case_result& c) {
  std::string out;
  for (const trace_line& t : c.packets) {
    if (t.hex.empty()) continue;
    const std::size_t shown = (t.hex.size() + 1) / 3;
    out += fmt::format("{:>8} {} {} {}\n", print_seconds(t.at), t.client,
                       t.direction == trace_direction::sent ? "→" : "←",
                       t.text.substr(0, t.text.find(' ')));
    out += t.hex;
    if (shown < t.size) out += fmt::format(" … ({} octets in all)", t.size);
    out += '\n';
  }
  return out;
}

}  // namespace mqttspec::reports::html

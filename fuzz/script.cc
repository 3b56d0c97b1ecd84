// A scenario file of any octets: parser, checker, formatter, expander.
//
//  - None of them crashes, and all end soon, whatever loops and tables the file asks for.
//  - A file that can be laid out has a layout, and laying that out again changes nothing.
//  - Layout changes white space only: the diagnostics of the checker stay the same.
//  - What the checker finds no error in can be expanded without one.

#include <algorithm>
#include <array>
#include <vector>

#include "base/random.h"
#include "fuzz/target.h"
#include "script/checker.h"
#include "script/expander.h"
#include "script/formatter.h"

namespace mqttspec::fuzz {

namespace {

using namespace script;

const std::string file_name = "cases/fuzz/input.mqs";

// The one file that inputs can import.
constexpr std::string_view library_text =
    "def join(c)\n"
    "  [v5]   c > CONNECT client_id=\"{ns}-{c}\" clean_start=1\n"
    "  [v311] c > CONNECT client_id=\"{ns}-{c}\" clean_session=1\n"
    "         c < CONNACK session_present=0\n"
    "def leave(c)\n"
    "         c > DISCONNECT\n"
    "         c > shutdown\n"
    "         c < close within 2s\n";

std::unique_ptr<file_set> load(const std::string& text) {
  auto files =
      std::make_unique<file_set>([](const std::string& name) -> std::optional<std::string> {
        if (name != "cases/lib/common.mqs") return std::nullopt;
        return std::string(library_text);
      });
  files->add(file_name, text, "cases");
  return files;
}

// Empty lines come and go: `the first is in line 9`.
std::string without_line_numbers(std::string text) {
  constexpr std::string_view before = "in line ";
  for (std::size_t at = 0; (at = text.find(before, at)) != text.npos;) {
    at += before.size();
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') text.erase(at, 1);
  }
  return text;
}

std::vector<std::string> messages_of(const std::vector<diagnostic>& list) {
  std::vector<std::string> messages;
  for (const diagnostic& d : list) {
    // The columns and the line's text are white space's affair.
    messages.push_back(without_line_numbers(d.message + "|" + d.label + "|" + d.help));
  }
  std::sort(messages.begin(), messages.end());
  return messages;
}

// Small, so that a file that asks for a million lines does not get them.
budget small_budget() {
  budget b;
  b.instructions = 2'000;
  b.lines = 20'000;
  b.text = 1u << 20;
  return b;
}

}  // namespace

int fuzz_script(byte_view input) {
  const std::string text(as_text(input));
  const auto files = load(text);
  static const catalogue no_statements;
  const auto found = check(*files, no_statements, small_budget());
  (void)render(found);

  const auto laid_out = format(file_name, text);
  if (laid_out) {
    const auto again = format(file_name, *laid_out);
    require(again.has_value(), "a file that was laid out cannot be read any more");
    require(*again == *laid_out, "laying out twice is not laying out once");
    if (*laid_out != text) {
      const auto other = load(*laid_out);
      require(messages_of(check(*other, no_statements, small_budget())) == messages_of(found),
              "layout changes what the checker says");
    }
  } else {
    require(has_errors(found), "a file cannot be laid out, but the checker has no error");
  }

  if (has_errors(found)) return 0;
  expand_options options;
  options.limits = small_budget();
  const expansion e = expand(*files, options);
  require(!has_errors(e.problems) || e.over_budget, "a file without errors cannot be expanded");
  for (const scenario& s : e.scenarios) (void)statements_of(s);
  return 0;
}

std::size_t mutate_script(const mutation& m) {
  random_source random(m.seed);
  if (random.below(3) == 0) return m.plain(m.data, m.size, m.most);
  static constexpr std::array<std::string_view, 34> known = {
      "import \"lib/common.mqs\"",
      "def d(c, n)",
      "scenario s",
      "  versions 5 3.1.1",
      "  title \"t\"",
      "  level must",
      "  clients c d",
      "  clients w over ws",
      "  needs retain, queue_limit >= 100",
      "  let t = \"{ns}/a\"",
      "  matrix n = 1..3",
      "  table a | b",
      "    0x1 | \"x\"",
      "  step \"one\"",
      "    do join(c)",
      "    for n in 1..3",
      "      c > PUBLISH id={n} topic={t} qos=1 payload=\"m{n}\"",
      "      c < PUBACK id={n}",
      "    [v5] c > CONNECT client_id=\"a\" clean_start=1 session_expiry_interval=300",
      "    [v311] c > CONNECT client_id=\"a\" clean_session=0",
      "    c < CONNACK session_present=0 assigned_client_identifier as cid @v5:MQTT-3.2.2-3",
      "    c > SUBSCRIBE id=1 filters=[\"a\" \"b\"] max_qos=1 | flags 0x3 | split 1 every 2ms",
      "    c < SUBACK reasons=[granted_qos_1] within 2s",
      "    c < any of within 2s",
      "    c < all of since q",
      "      DISCONNECT reason in (malformed_packet, protocol_error) @MQTT-3.8.1-1",
      "      close note \"closed\"",
      "    c < PUBLISH payload ~ /^m[0-9]+$/ id in 1..9 topic present",
      "    mark q",
      "    wait 1.5s",
      "    broker restart",
      "    c > hex(c0 00 \"x\") | join",
      "    c < nothing for 300ms   # quiet",
      "    c < close between 2s and 3s or until 60s since q"};
  std::vector<std::string> lines;
  std::string_view rest = as_text(m.input());
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    lines.emplace_back(rest.substr(0, end + 1));
    rest.remove_prefix(end + 1);
  }
  const std::size_t at = random.below(lines.size() + 1);
  const auto place = lines.begin() + static_cast<std::ptrdiff_t>(at);
  const auto new_line = [&] { return std::string(known[random.below(known.size())]) + "\n"; };
  switch (place == lines.end() ? 0 : random.below(8)) {
    case 0:
    case 1:
      lines.insert(place, new_line());
      break;
    case 2:
      lines.erase(place);
      break;
    case 3: {
      std::string twin = *place;
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(random.below(lines.size() + 1)),
                   std::move(twin));
      break;
    }
    case 4:
      std::swap(*place, lines[random.below(lines.size())]);
      break;
    case 5:
      place->insert(0, random.below(2) == 0 ? "  " : " ");
      break;
    case 6:
      place->erase(0, place->starts_with("  ") ? 2 : 1);
      break;
    default: {
      // The head of one line and the tail of another.
      const std::string other =
          random.below(2) == 0 ? new_line() : lines[random.below(lines.size())];
      place->erase(random.below(place->size() + 1));
      *place += other.substr(random.below(other.size() + 1));
      break;
    }
  }
  std::string text;
  for (const std::string& each : lines) text += each;
  return m.replace(as_bytes(text));
}

}  // namespace mqttspec::fuzz

MQTTSPEC_FUZZ_TARGET(script);

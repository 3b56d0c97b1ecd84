#include "script/formatter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/random.h"
#include "script/checker.h"
#include "script/expander.h"

namespace mqttspec::script {
namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(MQTTSPEC_SOURCE_DIR) / "harness/script/golden";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> examples() {
  std::vector<fs::path> list;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".mqs" && entry.path().filename().string().starts_with("ok_")) {
      list.push_back(entry.path());
    }
  }
  list.push_back(folder / "lib/common.mqs");
  return list;
}

std::optional<std::string> read_library(const std::string& name) {
  const fs::path path = folder / name;
  if (!fs::is_regular_file(path)) return std::nullopt;
  return read(path);
}

// ---- an expanded scenario as text, without positions

std::string show(const expression& e) {
  if (const auto* number = std::get_if<std::uint64_t>(&e.value)) return std::to_string(*number);
  std::string out;
  const auto add = [&](const text_template& text) {
    for (const text_piece& p : text) out += (p.is_variable ? "$" : "'") + p.text + ",";
  };
  if (const auto* text = std::get_if<text_template>(&e.value)) add(*text);
  if (const auto* v = std::get_if<variable_reference>(&e.value)) out = "$" + v->name;
  if (const auto* list = std::get_if<std::vector<expression>>(&e.value)) {
    for (const expression& item : *list) out += show(item) + ";";
  }
  if (const auto* pairs = std::get_if<template_pairs>(&e.value)) {
    for (const auto& [first, second] : *pairs) {
      add(first);
      add(second);
    }
  }
  return "(" + out + ")";
}

std::string show(const packet_pattern& p) {
  std::string out =
      std::to_string(static_cast<int>(p.type)) + "/" + std::string(wire::version_tag(p.version));
  for (const field_clause& c : p.fields) {
    out += " " + c.name + std::to_string(static_cast<int>(c.kind)) + c.pattern + c.variable +
           std::to_string(c.smallest) + "-" + std::to_string(c.largest);
    for (const expression& e : c.values) out += show(e);
  }
  return out;
}

std::string show(const instruction& i) {
  std::string out = std::to_string(i.what.index()) + " " + i.loop + " " + std::to_string(i.step);
  if (const auto* s = std::get_if<send_line>(&i.what)) {
    out += s->client + std::to_string(static_cast<int>(s->kind)) + show(s->packet) +
           to_hex(s->octets) + std::to_string(s->manner.split) + print_duration(s->manner.every) +
           std::to_string(s->manner.repeat) + std::to_string(s->manner.join_next);
    for (const wire::edit& e : s->edits) {
      out += std::string(" |") + std::to_string(static_cast<int>(e.kind)) + e.field +
             std::to_string(e.first) + "," + std::to_string(e.second) + to_hex(e.bytes);
    }
  } else if (const auto* e = std::get_if<expect_line>(&i.what)) {
    out += e->client + std::to_string(static_cast<int>(e->group)) + e->window.since +
           print_duration(e->window.earliest.value_or(duration{})) +
           print_duration(e->window.latest.value_or(duration{})) +
           print_duration(e->window.tolerated.value_or(duration{}));
    for (const statement_reference& r : e->statements) out += " @" + print(r);
    for (const alternative& a : e->alternatives) {
      out += " or " + std::to_string(static_cast<int>(a.what)) + show(a.packet) +
             (a.ends ? " ends " : " ") + a.note;
      for (const statement_reference& r : a.statements) out += " @" + print(r);
    }
  } else if (const auto* l = std::get_if<let_line>(&i.what)) {
    out += l->name + show(l->value);
  } else if (const auto* w = std::get_if<wait_line>(&i.what)) {
    out += print_duration(w->length);
  } else if (const auto* m = std::get_if<mark_line>(&i.what)) {
    out += m->name;
  }
  return out + "\n";
}

std::string show_expanded(const std::string& text) {
  file_set files(read_library);
  files.add("x.mqs", text, ".");
  EXPECT_FALSE(has_errors(check(files, {}))) << render(check(files, {}));
  std::string out;
  for (const scenario& s : expand(files, {}).scenarios) {
    out += s.id + " " + s.title + " " + std::string(level_name(s.level)) + "\n";
    for (const auto& [name, value] : s.constants) out += name + "=" + wire::print(value) + "\n";
    for (const std::string& step : s.steps) out += step + "\n";
    for (const instruction& i : s.lines) out += show(i);
  }
  return out;
}

// ---- tests

TEST(formatter, keeps_the_examples_of_the_notation_as_they_are) {
  for (const char* name : {"ok_order.mqs", "ok_reserved_flags.mqs", "lib/common.mqs"}) {
    const std::string text = read(folder / name);
    EXPECT_EQ(format(name, text).value_or(""), text);
  }
}

TEST(formatter, formatting_twice_changes_nothing_more) {
  for (const fs::path& path : examples()) {
    SCOPED_TRACE(path.filename().string());
    const auto once = format("x", read(path));
    ASSERT_TRUE(once) << render(once.error());
    const auto twice = format("x", *once);
    ASSERT_TRUE(twice) << render(twice.error()) << *once;
    EXPECT_EQ(*twice, *once);
  }
}

TEST(formatter, changes_nothing_of_what_a_file_means) {
  for (const fs::path& path : examples()) {
    SCOPED_TRACE(path.filename().string());
    const std::string text = read(path);
    const auto formatted = format("x", text);
    ASSERT_TRUE(formatted);
    EXPECT_EQ(show_expanded(*formatted), show_expanded(text));
  }
}

TEST(formatter, aligns_guards_headers_and_tables) {
  const std::string text =
      "\n\nscenario s   # a name\n\n\n"
      " title \"t\"\n versions 5   3.1.1\n clients a\n"
      " let x=1\n"
      " table f|why\n   0x0|\"all clear\"\n   0x3 |\"b\"\n\n\n\n"
      " # above the step\n"
      " step \"one\"\n"
      "   [v5] a>CONNECT clean_start = 1|flags {f}\n"
      "   [ v311 ] a>CONNECT clean_session=1\n"
      "   # above the loop\n"
      "   for n in {x} .. 2\n"
      "     a<PUBLISH qos in(0,1) payload=[ 1 2 ] @v5:MQTT-3.2.2-3   # why\n"
      "   let y = \"{why}\"\n";
  EXPECT_EQ(format("x", text).value_or("failed"),
            "scenario s   # a name\n\n"
            "  title    \"t\"\n  versions 5 3.1.1\n  clients  a\n"
            "  let      x = 1\n"
            "  table    f   | why\n           0x0 | \"all clear\"\n           0x3 | \"b\"\n\n"
            "  # above the step\n"
            "  step \"one\"\n"
            "    [v5]   a > CONNECT clean_start=1 | flags {f}\n"
            "    [v311] a > CONNECT clean_session=1\n"
            "           # above the loop\n"
            "           for n in {x}..2\n"
            "             a < PUBLISH qos in (0, 1) payload=[1 2]   @v5:MQTT-3.2.2-3  # why\n"
            "           let y = \"{why}\"\n");
}

TEST(formatter, refuses_a_file_that_cannot_be_read) {
  EXPECT_FALSE(format("x", "scenario s\n  step \"open\n"));
}

// Any octets are read, checked, expanded and laid out without harm.
TEST(parser, survives_mutations_of_every_example) {
  const std::vector<std::string> pieces = {"\n",
                                           "    ",
                                           "  ",
                                           "[",
                                           "]",
                                           "{",
                                           "}",
                                           "\"",
                                           "hex(",
                                           ")",
                                           "|",
                                           "<",
                                           ">",
                                           "for n in 1..3\n",
                                           "any of\n",
                                           "[v5] ",
                                           "\t",
                                           "\xff",
                                           "..",
                                           "@",
                                           "step \"x\"\n",
                                           "\\",
                                           "/",
                                           "~ /",
                                           "=",
                                           "#",
                                           "99999999999999999999",
                                           "table a | b\n",
                                           "0",
                                           "scenario ",
                                           "do join(sub)\n"};
  for (const fs::path& path : examples()) {
    const std::string original = read(path);
    random_source random(std::hash<std::string>{}(path.filename().string()) & 0xFFFF);
    for (int round = 0; round < 300; ++round) {
      std::string text = original;
      for (std::uint64_t n = random.below(4) + 1; n != 0; --n) {
        const std::size_t at = random.below(text.size() + 1);
        switch (random.below(5)) {
          case 0:
            text.insert(at, pieces[random.below(pieces.size())]);
            break;
          case 1:
            text.erase(at, random.below(20));
            break;
          case 2:
            if (at < text.size()) text[at] = static_cast<char>(random.below(256));
            break;
          case 3:
            text.resize(at);
            break;
          default:
            text.insert(at, original.substr(random.below(original.size()), random.below(200)));
        }
      }
      file_set files(read_library);
      files.add("x.mqs", text, ".");
      const auto found = check(files, {});
      const auto formatted = format("x.mqs", text);
      if (formatted) {
        const auto again = format("x.mqs", *formatted);
        ASSERT_TRUE(again) << text << "\n=====\n" << *formatted << render(again.error());
        ASSERT_EQ(*again, *formatted) << text;
      }
      if (has_errors(found)) continue;
      const expansion e = expand(files, {});
      ASSERT_FALSE(has_errors(e.problems)) << render(e.problems) << text;
    }
  }
}

}  // namespace
}  // namespace mqttspec::script

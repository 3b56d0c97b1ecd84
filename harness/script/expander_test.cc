#include "script/expander.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "script/checker.h"

namespace mqttspec::script {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using wire::protocol_version;

// Expands text that check() has nothing against.
expansion expand_text(const std::string& text, const expand_options& options = {},
                      const std::string& library = "") {
  file_set files([&](const std::string& name) -> std::optional<std::string> {
    if (name == "cases/lib/l.mqs") return library;
    return std::nullopt;
  });
  files.add("cases/topic/file.mqs", text, "cases");
  const auto found = check(files, {});
  EXPECT_FALSE(has_errors(found)) << render(found);
  return expand(files, options);
}

// A scenario with |lines| (indented by four) in one step; a, b are clients.
std::string with_lines(const std::string& lines, const std::string& headers = "") {
  return "scenario s\n  title \"t\"\n  clients a b\n" + headers + "  step \"one\"\n" + lines +
         "    a < PINGRESP\n";
}

scenario only(const expansion& e) {
  EXPECT_EQ(e.problems.size(), 0u) << render(e.problems);
  EXPECT_EQ(e.scenarios.size(), 1u);
  return e.scenarios.empty() ? scenario{} : e.scenarios[0];
}

std::vector<std::string> ids(const expansion& e) {
  std::vector<std::string> list;
  for (const scenario& s : e.scenarios) list.push_back(s.id);
  return list;
}

const send_line& sent(const scenario& s, std::size_t index) {
  return std::get<send_line>(s.lines.at(index).what);
}
const expect_line& expected(const scenario& s, std::size_t index) {
  return std::get<expect_line>(s.lines.at(index).what);
}
wire::value first_value(const packet_pattern& p, const bindings& known = {}) {
  return evaluate(p.fields.at(0).values.at(0), known).value();
}

TEST(expander, makes_one_scenario_a_version_and_row) {
  const auto e = expand_text(
      "scenario s\n  title \"t\"\n  versions 5 3.1.1\n  clients a\n"
      "  matrix qos = 0..1\n"
      "  table f | why\n    0x0 | \"x\"\n    0x3 | \"x\"\n"
      "  step \"one\"\n    a < PUBLISH qos={qos} payload=\"{f}{why}\"\n");
  EXPECT_THAT(ids(e),
              ElementsAre("topic/file/s[v5,qos=0,f=0x0]", "topic/file/s[v5,qos=0,f=0x3]",
                          "topic/file/s[v5,qos=1,f=0x0]", "topic/file/s[v5,qos=1,f=0x3]",
                          "topic/file/s[v311,qos=0,f=0x0]", "topic/file/s[v311,qos=0,f=0x3]",
                          "topic/file/s[v311,qos=1,f=0x0]", "topic/file/s[v311,qos=1,f=0x3]"));
  EXPECT_EQ(e.scenarios[3].row, "qos=1,f=0x3");
  EXPECT_EQ(e.scenarios[3].path, "topic/file/s");
  EXPECT_EQ(first_value(expected(e.scenarios[3], 0).alternatives[0].packet), wire::value{1ull});
}

TEST(expander, names_rows_by_as_many_columns_as_tell_them_apart) {
  const auto e = expand_text(with_lines("    a > PUBLISH topic=\"{x}{y}\"\n",
                                        "  table x | y\n    1 | \"#/a\"\n    1 | \"b c\"\n"));
  EXPECT_THAT(ids(e), ElementsAre("topic/file/s[v5,x=1,y=#_a]", "topic/file/s[v5,x=1,y=b_c]"));
  const auto same = expand_text(
      with_lines("    a > PUBLISH topic=\"{x}\"\n", "  table x\n    \"?\"\n    \"!\"\n"));
  EXPECT_THAT(ids(same), ElementsAre("topic/file/s[v5,x=_]", "topic/file/s[v5,x=_~2]"));
}

TEST(expander, keeps_only_the_versions_asked_for) {
  expand_options options;
  options.versions = {protocol_version::v311};
  const auto e = expand_text(
      "scenario s\n  title \"t\"\n  versions 3.1.1 5\n  clients a\n  step \"1\"\n    a < "
      "PINGRESP\n",
      options);
  EXPECT_THAT(ids(e), ElementsAre("topic/file/s[v311]"));
}

TEST(expander, gives_every_scenario_a_namespace_of_its_own) {
  expand_options options;
  options.run_tag = "q";
  const auto e = expand_text(
      with_lines("    a > PUBLISH topic={ns}\n", "  versions 5 3.1.1\n  matrix n = 1..3000\n"),
      options);
  ASSERT_EQ(e.scenarios.size(), 6000u);  // so many that hashes of 20 bits collide
  std::set<std::string> seen;
  for (const scenario& s : e.scenarios) {
    const auto name = std::get<std::string>(s.constants.at("ns"));
    EXPECT_TRUE(name.starts_with("q"));
    EXPECT_LE(name.size(), 9u);
    EXPECT_TRUE(seen.insert(name).second) << name;
  }
}

TEST(expander, weighs_the_versions_apart_where_the_level_says_so) {
  const auto levels = [](const std::string& header) {
    std::string out;
    const auto e = expand_text(with_lines("    a > PINGREQ\n", "  versions 5 3.1.1\n" + header));
    for (const scenario& s : e.scenarios) out += std::string(level_name(s.level)) + " ";
    return out;
  };
  EXPECT_EQ(levels(""), "must must ");
  EXPECT_EQ(levels("  level should\n"), "should should ");
  EXPECT_EQ(levels("  level should 3.1.1 must\n"), "should must ");
}

TEST(expander, tells_what_a_case_stays_apart_from) {
  const std::string lines = "    a > PINGREQ\n";
  EXPECT_THAT(only(expand_text(with_lines(lines, "  apart will_delay_interval topic\n"))).apart,
              ElementsAre("will_delay_interval", "topic"));
  file_set files;
  files.add("f.mqs", with_lines(lines, "  apart session_present\n"));
  EXPECT_THAT(render(check(files, {})),
              testing::HasSubstr("clients send no field 'session_present'"));
}

TEST(expander, decides_capability_guards) {
  const std::string text =
      with_lines("    [fast] a > PINGREQ\n    [!fast] b > PINGREQ\n", "  needs fast > 0, slow\n");
  expand_options options;
  EXPECT_EQ(sent(only(expand_text(text, options)), 0).client, "b");
  options.capability["fast"] = 1;
  const scenario s = only(expand_text(text, options));
  EXPECT_EQ(sent(s, 0).client, "a");
  ASSERT_EQ(s.needs.size(), 2u);
  EXPECT_EQ(s.needs[0].op, comparison::greater);
  EXPECT_EQ(s.needs[1].op, comparison::exists);
}

TEST(expander, decides_version_guards_by_the_client_of_the_line) {
  const std::string text =
      "def join(c)\n"
      "  [v5]   c > CONNECT client_id=\"a\" clean_start=1\n"
      "  [v311] c > CONNECT client_id=\"a\" clean_session=1\n\n"
      "scenario s\n  title \"t\"\n  clients new\n  clients old speaks 3.1.1\n  step \"one\"\n"
      "    do join(new)\n    do join(old)\n    [v5] wait 1s\n    [v311] wait 2s\n"
      "    old < PUBLISH @MQTT-3.2.2-1 @v5:MQTT-3.2.2-2\n";
  const scenario s = only(expand_text(text));
  ASSERT_EQ(s.lines.size(), 4u);
  EXPECT_EQ(sent(s, 0).packet.version, protocol_version::v5);
  EXPECT_EQ(sent(s, 1).packet.version, protocol_version::v311);
  EXPECT_EQ(sent(s, 1).packet.fields[1].name, "clean_session");
  EXPECT_EQ(std::get<wait_line>(s.lines[2].what).length, 1s);
  EXPECT_EQ(s.clients[1].version, protocol_version::v311);
  EXPECT_THAT(statements_of(s),
              ElementsAre(statement_reference{protocol_version::v311, "MQTT-3.2.2-1"},
                          statement_reference{protocol_version::v5, "MQTT-3.2.2-2"}));
}

TEST(expander, writes_out_loops_and_says_which_round_it_is) {
  const scenario s = only(expand_text(
      with_lines("    for i in 1..{two}\n      for j in 5..6\n        a > PUBACK id={j}\n",
                 "  let two = 2\n")));
  ASSERT_EQ(s.lines.size(), 5u);
  EXPECT_EQ(s.lines[0].loop, "i=1 j=5");
  EXPECT_EQ(s.lines[3].loop, "i=2 j=6");
  EXPECT_EQ(s.lines[4].loop, "");
  EXPECT_EQ(first_value(sent(s, 3).packet), wire::value{6ull});
}

TEST(expander, a_def_hands_a_captured_value_to_its_caller) {
  const std::string library =
      "def inner(c, out)\n  c < CONNACK assigned_client_identifier as out\n"
      "  c < PUBLISH topic as mine\n  c > PUBLISH topic={mine} payload={out}\n\n"
      "def outer(c, out)\n  do inner(c, out)\n";
  const scenario s =
      only(expand_text("import \"lib/l.mqs\"\n" +
                           with_lines("    do outer(b, cid)\n    a > PUBLISH topic=\"x/{cid}\"\n"),
                       {}, library));
  EXPECT_EQ(expected(s, 0).client, "b");
  EXPECT_EQ(expected(s, 0).alternatives[0].packet.fields[0].variable, "cid");
  EXPECT_EQ(expected(s, 1).alternatives[0].packet.fields[0].variable, "inner.mine");
  EXPECT_EQ(first_value(sent(s, 2).packet, {{"inner.mine", wire::value{std::string("t")}}}),
            wire::value{std::string("t")});
  EXPECT_EQ(first_value(sent(s, 3).packet, {{"cid", wire::value{std::string("t")}}}),
            wire::value{std::string("x/t")});
  EXPECT_EQ(s.lines[0].where.file, "cases/lib/l.mqs");
  EXPECT_EQ(s.lines[0].where.line, 2u);
}

TEST(expander, puts_constants_in_and_leaves_captures_open) {
  const scenario s = only(expand_text(
      with_lines("    a < PUBLISH id as pid\n    let reply = \"{pid}-{n}\"\n"
                 "    let plain = \"{n}\"\n    a > PUBLISH topic={reply} payload={plain}\n",
                 "  let n = 0x10\n")));
  ASSERT_EQ(s.lines.size(), 4u);
  EXPECT_EQ(std::get<let_line>(s.lines[1].what).name, "reply");
  EXPECT_EQ(evaluate(std::get<let_line>(s.lines[1].what).value, {{"pid", wire::value{7ull}}}),
            wire::value{std::string("7-16")});
  EXPECT_EQ(evaluate(sent(s, 2).packet.fields[0].values[0], {}), std::nullopt);
  EXPECT_EQ(evaluate(sent(s, 2).packet.fields[1].values[0], {}), wire::value{std::string("16")});
  EXPECT_EQ(s.constants.at("n"), wire::value{16ull});
}

TEST(expander, turns_reason_names_into_numbers_of_the_packet) {
  const scenario s = only(expand_text(
      with_lines("    a < CONNACK reason={r}\n    a < SUBACK id=1 reasons=[granted_qos_1 0x80]\n",
                 "  let r = not_authorized\n")));
  EXPECT_EQ(first_value(expected(s, 0).alternatives[0].packet), wire::value{0x87ull});
  EXPECT_EQ(evaluate(expected(s, 1).alternatives[0].packet.fields[1].values[0], {}),
            wire::value(std::vector<std::uint64_t>{1, 0x80}));
}

TEST(expander, reads_edits_and_the_manner_of_writing) {
  const scenario s = only(expand_text(with_lines(
      "    a > PUBLISH topic=\"a\" | flags {f} | put topic hex(00 \"{n}\") | set 1 0xff | split 2 "
      "every {p} | repeat 3 | join\n",
      "  let f = 3\n  let n = \"x\"\n  let p = 5ms\n")));
  const send_line& line = sent(s, 0);
  ASSERT_EQ(line.edits.size(), 3u);
  EXPECT_EQ(line.edits[0].first, 3u);
  EXPECT_EQ(line.edits[1].field, "topic");
  EXPECT_EQ(line.edits[1].bytes, (byte_buffer{0, 'x'}));
  EXPECT_EQ(line.edits[2].second, 0xFFu);
  EXPECT_EQ(line.manner.split, 2u);
  EXPECT_EQ(line.manner.every, 5ms);
  EXPECT_EQ(line.manner.repeat, 3u);
  EXPECT_TRUE(line.manner.join_next);
}

TEST(expander, reads_windows_groups_and_notes) {
  const scenario s = only(
      expand_text(with_lines("    mark m\n    a < any of between 1s and 2s since m @MQTT-3.1.2-22\n"
                             "      DISCONNECT reason in (malformed_packet, protocol_error)\n"
                             "      close note \"hm\"\n    b < nothing for 300ms\n    wait 1s\n")));
  const expect_line& group = expected(s, 1);
  EXPECT_EQ(group.group, group_kind::any_of);
  EXPECT_EQ(group.window.earliest, 1s);
  EXPECT_EQ(group.window.latest, 2s);
  EXPECT_EQ(group.window.since, "m");
  EXPECT_EQ(group.statements.size(), 1u);
  ASSERT_EQ(group.alternatives.size(), 2u);
  EXPECT_EQ(group.alternatives[0].packet.fields[0].values.size(), 2u);
  EXPECT_EQ(group.alternatives[1].what, awaited::close);
  EXPECT_EQ(group.alternatives[1].note, "hm");
  EXPECT_EQ(s.shortest, 1300ms);
}

TEST(expander, reads_alternatives_that_end_the_case) {
  const expect_line group =
      expected(only(expand_text(with_lines("    a < any of\n      PUBACK id=1\n"
                                           "      PUBACK id=2 ends \"two\"\n"
                                           "      close ends \"gone\" @MQTT-3.1.2-22\n"))),
               0);
  ASSERT_EQ(group.alternatives.size(), 3u);
  EXPECT_FALSE(group.alternatives[0].ends);
  EXPECT_TRUE(group.alternatives[1].ends);
  EXPECT_EQ(group.alternatives[1].note, "two");
  EXPECT_EQ(group.alternatives[1].packet.fields.size(), 1u);
  EXPECT_TRUE(group.alternatives[2].ends);
  EXPECT_EQ(group.alternatives[2].statements.size(), 1u);
  for (const char* bad : {"    a < close ends \"x\"\n", "    a < any of\n      close ends\n",
                          "    a < all of\n      PUBACK id=1 ends \"x\"\n      close\n"}) {
    file_set files([](const std::string&) { return std::nullopt; });
    files.add("a.mqs", with_lines(bad), ".");
    EXPECT_TRUE(has_errors(check(files, {}))) << bad;
  }
}

TEST(expander, refuses_what_would_not_fit_into_memory) {
  // Three loops of 1,000: a thousand million instructions.
  const std::string text = with_lines(
      "    for i in 1..1000\n      for j in 1..1000\n        for k in 1..1000\n"
      "          a > PINGREQ\n");
  file_set files([](const std::string&) { return std::nullopt; });
  files.add("a.mqs", text, ".");
  const auto found = check(files, {});
  ASSERT_TRUE(has_errors(found));
  EXPECT_THAT(found[0].message, testing::HasSubstr("too much to expand"));
  expand_options options;
  options.limits.instructions = 10'000;
  const expansion e = expand(files, options);
  EXPECT_TRUE(has_errors(e.problems));
  EXPECT_TRUE(e.scenarios.empty());
}

TEST(expander, refuses_text_that_doubles_without_end) {
  std::string headers = "  let x0 = \"0123456789\"\n";
  for (int i = 1; i < 60; ++i) {
    headers += fmt::format("  let x{0} = \"{{x{1}}}{{x{1}}}\"\n", i, i - 1);
  }
  file_set files([](const std::string&) { return std::nullopt; });
  files.add("a.mqs", with_lines("", headers), ".");
  EXPECT_TRUE(has_errors(check(files, {})));
}

TEST(expander, defs_that_call_each_other_a_million_times_end) {
  std::string text = "def d0(c)\n  c > PINGREQ\n\n";
  for (int i = 1; i < 60; ++i) {
    text += fmt::format("def d{0}(c)\n  do d{1}(c)\n  do d{1}(c)\n\n", i, i - 1);
  }
  file_set files([](const std::string&) { return std::nullopt; });
  files.add("a.mqs", text + with_lines("    do d59(a)\n"), ".");
  check(files, {});  // ends, too
  expand_options options;
  options.limits.lines = 100'000;
  EXPECT_TRUE(has_errors(expand(files, options).problems));
}

}  // namespace
}  // namespace mqttspec::script

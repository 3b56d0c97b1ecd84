#include "script/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/spelling.h"
#include "script/header_parser.h"

namespace mqttspec::script {

namespace {

constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

// A source line as the structure sees it. The guard is a margin: what nests is the column of the
// first token behind it, so that `[v5] c > A`, `[v311] c > B` and an unguarded line can be aligned.
struct logical_line {
  std::size_t index = 0;      // into file_node::lines
  std::uint32_t start = 0;    // column of the guard, or of the content
  std::uint32_t content = 0;  // column of the first token behind the guard
  bool guarded = false;
  std::string_view first;  // first word of the content
  bool broken = false;
};

// The columns at which a block's lines may stand.
struct block_columns {
  std::uint32_t content = nowhere;
  std::uint32_t guard = nowhere;
};

class file_parser {
 public:
  file_parser(std::string name, std::string text, problem_list& problems) : problems_(problems) {
    file_.source = std::make_shared<const source_text>(std::move(name), std::move(text));
    file_.lines = lex(*file_.source, problems);
    file_.layout.resize(file_.lines.size());
    collect_lines();
  }

  file_node run() {
    while (at_ < lines_.size()) top_level();
    return std::move(file_);
  }

 private:
  void collect_lines() {
    for (std::size_t i = 0; i < file_.lines.size(); ++i) {
      const source_line& line = file_.lines[i];
      if (line.tokens.empty()) continue;
      logical_line l{i, line.indent, line.indent, false, line.tokens[0].text, line.broken};
      const auto& tokens = line.tokens;
      if (tokens[0].text == "[") {
        std::size_t end = 1;
        while (end < tokens.size() && end < 4 && tokens[end].text != "]") ++end;
        if (end + 1 < tokens.size() && tokens[end].text == "]") {
          l.guarded = true;
          l.content = tokens[end + 1].where.column - 1;
          l.first = tokens[end + 1].text;
        }
      }
      lines_.push_back(l);
    }
  }

  const source_line& source_of(const logical_line& l) const { return file_.lines[l.index]; }
  line_parser open(const logical_line& l) { return {*file_.source, source_of(l), problems_}; }
  void note_layout(const logical_line& l, line_role role, std::uint32_t depth = 0) {
    file_.layout[l.index] = {role, depth};
  }
  void bad_indentation(const logical_line& l, std::string help) {
    if (l.broken) return;
    const auto& first = source_of(l).tokens[0].where;
    problems_.error(*file_.source, first,
                    {"bad indentation", "does not line up with a block", std::move(help)});
  }

  // ---- the file ----

  void top_level() {
    const logical_line& l = lines_[at_];
    if (l.start != 0) bad_indentation(l, "imports, defs and scenarios begin in the first column");
    line_parser p = open(l);
    note_layout(l, line_role::top);
    if (p.accept("import")) {
      ++at_;
      import_node import;
      import.where = p.here();
      import.path = p.plain_text("the path of a library file");
      p.finish();
      if (!file_.defs.empty() || !file_.scenarios.empty()) {
        p.fail(source_of(l).tokens[0].where,
               {"an import behind the first def or scenario", "too late",
                "imports stand at the beginning of the file"});
      }
      if (!p.failed()) file_.imports.push_back(std::move(import));
    } else if (p.accept("def")) {
      parse_def(std::move(p));
    } else if (p.accept("scenario")) {
      parse_scenario(std::move(p));
    } else {
      const std::string_view word = source_of(l).tokens[0].text;
      p.fail(source_of(l).tokens[0].where,
             {fmt::format("'{}' does not begin an import, a def or a scenario", word),
              "unexpected here", suggest(word, {"import", "def", "scenario"})});
      skip_block(l.start);
    }
  }

  // Moves to the next line that is not deeper than |start|.
  void skip_block(std::uint32_t start) {
    ++at_;
    while (at_ < lines_.size() && lines_[at_].start > start) ++at_;
  }

  void parse_def(line_parser p) {
    const logical_line head = lines_[at_];
    def_node def;
    def.where = source_of(head).tokens[0].where;
    def.name = p.name("a name");
    p.expect("(");
    while (!p.at_end() && !p.next_is(")")) {
      def.parameters.push_back(p.name("a parameter"));
      if (!p.next_is(")")) p.expect(",");
    }
    p.expect(")");
    if (p.accept("plays")) def.plays = read_side(p);
    plays_ = def.plays;
    p.finish();
    if (!file_.scenarios.empty()) {
      p.fail(def.where, {"a def behind the first scenario", "too late",
                         "defs stand in front of the scenarios"});
    }
    ++at_;
    def.lines = block(head.start, "def");
    if (def.lines.empty() && !p.failed() && !body_reported_) {
      problems_.error(*file_.source, def.where,
                      {"a def without lines", "nothing inside", "indent its lines by two"});
    }
    if (!p.failed()) file_.defs.push_back(std::move(def));
  }

  // ---- scenarios ----

  void parse_scenario(line_parser p) {
    const logical_line head = lines_[at_];
    scenario_node s;
    s.name = p.name("a name");
    s.where = s.name.where;
    p.finish();
    ++at_;
    plays_ = side::client;
    seen_headers_.clear();
    std::uint32_t column = nowhere;
    while (at_ < lines_.size() && lines_[at_].start > head.start) {
      const logical_line& l = lines_[at_];
      if (column == nowhere) column = l.start;
      if (l.start != column) {
        bad_indentation(
            l, fmt::format("headers and steps of this scenario begin in column {}", column + 1));
      }
      if (l.first == "step") {
        parse_step(s);
      } else {
        parse_header(s);
      }
    }
    if (s.versions.empty()) s.versions = {wire::protocol_version::v5};
    if (!p.failed()) file_.scenarios.push_back(std::move(s));
  }

  void parse_step(scenario_node& s) {
    const logical_line head = lines_[at_];
    note_layout(head, line_role::step);
    line_parser p = open(head);
    step_node step;
    step.guard = p.guard();
    step.where = p.rest();
    p.expect("step");
    step.title = p.plain_text("the step's title");
    p.finish();
    ++at_;
    step.lines = block(head.start, "step");
    if (step.lines.empty() && !p.failed() && !body_reported_) {
      problems_.error(*file_.source, step.where,
                      {"a step without lines", "nothing inside", "indent its lines by two"});
    }
    s.steps.push_back(std::move(step));
  }

  void parse_header(scenario_node& s) {
    const logical_line head = lines_[at_];
    note_layout(head, line_role::header);
    const source_line& line = source_of(head);
    line_parser p = open(head);
    const token first = line.tokens[0];
    ++at_;
    static const std::vector<std::string_view> known = {
        "title", "plays", "pings", "versions", "level",  "purpose", "clients",
        "needs", "tags",  "apart", "let",      "matrix", "table",   "ref"};
    if (std::find(known.begin(), known.end(), first.text) == known.end()) {
      if (head.guarded) {
        p.fail(first.where, {"a guard in front of a header", "not possible here",
                             "guards stand in front of steps and their lines"});
      } else if (line.tokens.size() > 1 &&
                 (line.tokens[1].text == "<" || line.tokens[1].text == ">")) {
        p.fail(p.rest(), {"a line outside of a step", "not in a step",
                          "write step \"what happens\" and indent the lines below it"});
      } else {
        p.fail(first.where, {fmt::format("unknown header '{}'", first.text), "unknown header",
                             suggest(first.text, known)});
      }
      return skip_deeper(head.start);
    }
    p.accept(first.text);
    if (!s.steps.empty()) {
      p.fail(first.where,
             {"a header behind a step", "too late", "headers stand in front of the first step"});
      return skip_deeper(head.start);
    }
    static const std::vector<std::string_view> single = {"title", "plays", "pings", "versions",
                                                         "level"};
    if (std::find(single.begin(), single.end(), first.text) != single.end()) {
      if (std::find(seen_headers_.begin(), seen_headers_.end(), first.text) !=
          seen_headers_.end()) {
        p.fail(first.where, {fmt::format("'{}' stands twice", first.text), "second one", ""});
      }
      seen_headers_.push_back(first.text);
    }
    if (first.text == "table") {
      read_table(s, p, head);
    } else {
      read_header(s, first.text, p);
      plays_ = s.plays;
    }
    p.finish();
    if (first.text != "table" && at_ < lines_.size() && lines_[at_].start > head.start) {
      bad_indentation(lines_[at_], "only the rows of a table are deeper than the headers");
      skip_deeper(head.start);
    }
  }

  void skip_deeper(std::uint32_t start) {
    while (at_ < lines_.size() && lines_[at_].start > start) ++at_;
  }

  void read_table(scenario_node& s, line_parser& p, const logical_line& head) {
    table_node table;
    table.where = p.rest();
    do {
      table.columns.push_back(p.name("the name of a column"));
    } while (p.accept("|"));
    while (at_ < lines_.size() && lines_[at_].start > head.start) {
      const logical_line& l = lines_[at_++];
      note_layout(l, line_role::table_row);
      line_parser row = open(l);
      const place where = row.rest();
      std::vector<value_node> cells;
      do {
        cells.push_back(row.value());
      } while (row.accept("|"));
      row.finish();
      if (!row.failed() && cells.size() != table.columns.size() && !p.failed()) {
        row.fail(where, {fmt::format("the row is {} wide, the table {}", cells.size(),
                                     table.columns.size()),
                         "wrong width", "separate the values with |"});
      }
      if (!row.failed())
        table.rows.push_back(std::move(cells));
      else
        table_row_failed_ = true;
    }
    if (table.rows.empty() && !table_row_failed_) {
      p.fail(table.where,
             {"a table without rows", "nothing below it", "indent the rows deeper than 'table'"});
    }
    table_row_failed_ = false;
    if (!p.failed()) s.variations.emplace_back(std::move(table));
  }

  // ---- blocks of lines ----

  // The lines below a def or step whose first token stands in column |start|.
  std::vector<line_node> block(std::uint32_t start, std::string_view) {
    frames_.clear();
    structure_ = start;
    body_reported_ = false;
    if (!inside_structure()) return {};
    std::vector<line_node> lines;
    parse_block(0,
                [&](const logical_line& l, std::uint32_t depth) { parse_line(l, depth, lines); });
    return lines;
  }

  bool inside_structure() const {
    return at_ < lines_.size() && lines_[at_].start > structure_ && lines_[at_].first != "step";
  }

  // Index of the block that |l| lines up with; frames_.size() when there is none.
  std::size_t block_of(const logical_line& l) const {
    for (std::size_t i = frames_.size(); i-- > 0;) {
      if (frames_[i].content == l.content) return i;
    }
    // Without an aligned margin: a guard, or a line beside guarded ones, in the block's column.
    std::size_t found = frames_.size();
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      const bool matches =
          frames_[i].guard == l.start || (l.guarded && frames_[i].content == l.start);
      if (!matches) continue;
      if (found != frames_.size()) return frames_.size();
      found = i;
    }
    return found;
  }

  template <class ParseOne>
  void parse_block(std::uint32_t depth, ParseOne parse_one) {
    const logical_line& first = lines_[at_];
    const std::size_t mine = frames_.size();
    frames_.push_back({first.content, first.guarded ? first.start : nowhere});
    while (inside_structure()) {
      const logical_line l = lines_[at_];
      const std::size_t belongs = block_of(l);
      if (belongs < mine) break;
      if (belongs == frames_.size()) {
        body_reported_ = true;
        bad_indentation(
            l, fmt::format("this block's lines begin in column {}", frames_[mine].content + 1));
      }
      if (l.guarded && frames_[mine].guard == nowhere) frames_[mine].guard = l.start;
      ++at_;
      note_layout(l, line_role::line, depth);
      if (l.broken) body_reported_ = true;
      parse_one(l, depth);
    }
    frames_.resize(mine);
  }

  // Whether the next line is deeper than |opener| and no line of a block around it.
  bool deeper_than(const logical_line& opener) const {
    if (!inside_structure()) return false;
    const logical_line& l = lines_[at_];
    return l.content > opener.content || (block_of(l) == frames_.size() && l.start > opener.start);
  }

  void skip_deeper_lines(const logical_line& opener, std::uint32_t depth) {
    while (deeper_than(opener)) {
      note_layout(lines_[at_], line_role::line, depth + 1);
      ++at_;
    }
  }

  void parse_line(const logical_line& l, std::uint32_t depth, std::vector<line_node>& out) {
    line_parser p = open(l);
    const auto guard = p.guard();
    line_node line = p.line(plays_);
    line.guard = guard;
    p.finish();
    auto* loop = std::get_if<loop_node>(&line.what);
    auto* expect = std::get_if<expect_node>(&line.what);
    const bool group = expect != nullptr && expect->group != group_kind::single;
    const bool opens = loop != nullptr || group;
    if (p.failed()) {
      file_.lines[l.index].broken = true;
      body_reported_ = true;
      const bool looked_like_opener = opens || l.first == "for" || l.broken;
      if (looked_like_opener) skip_deeper_lines(l, depth);
      return;
    }
    if (opens) {
      if (!deeper_than(l)) {
        p.fail(line.where,
               {loop != nullptr ? "a loop without lines" : "a group without alternatives",
                "nothing inside", "indent what belongs to it by two"});
        body_reported_ = true;
        return;
      }
      if (depth + 1 >= deepest_nesting) {
        p.fail(line.where, {"blocks are nested too deeply", "here", ""});
        return skip_deeper_lines(l, depth);
      }
      if (loop != nullptr) {
        parse_block(depth + 1, [&](const logical_line& inner, std::uint32_t inner_depth) {
          parse_line(inner, inner_depth, loop->body);
        });
      } else {
        parse_block(depth + 1, [&](const logical_line& inner, std::uint32_t) {
          parse_alternative(inner, *expect);
        });
      }
    }
    out.push_back(std::move(line));
  }

  void parse_alternative(const logical_line& l, expect_node& group) {
    line_parser p = open(l);
    const auto guard = p.guard();
    if (p.next_is("<", 1) || p.next_is(">", 1)) {
      p.fail(p.rest(), {"a line inside a group", "expected a packet, close or nothing",
                        "the group's client is the one in front of it"});
    }
    alternative_node a = p.alternative();
    a.guard = guard;
    if (p.next_is("within") || p.next_is("between") || p.next_is("for")) {
      p.fail(p.rest(), {"a window inside a group", "not possible here",
                        "the window stands behind 'any of' or 'all of'"});
    }
    a.ends = p.next_is("ends");
    if (p.accept("note") || p.accept("ends")) a.note = p.plain_text("the note");
    a.tags = p.tags();
    p.finish();
    if (p.failed()) {
      file_.lines[l.index].broken = true;
      body_reported_ = true;
      skip_deeper_lines(l, 1);
      return;
    }
    group.alternatives.push_back(std::move(a));
  }

  problem_list& problems_;
  file_node file_;
  std::vector<logical_line> lines_;
  std::size_t at_ = 0;
  std::vector<std::string_view> seen_headers_;
  bool table_row_failed_ = false;
  side plays_ = side::client;  // what the def or scenario is about that is being read

  std::uint32_t structure_ = 0;        // column of the def or step whose lines are read
  std::vector<block_columns> frames_;  // blocks around the current line, outermost first
  bool body_reported_ = false;
};

}  // namespace

file_node parse_file(std::string name, std::string text, problem_list& problems) {
  return file_parser(std::move(name), std::move(text), problems).run();
}

}  // namespace mqttspec::script

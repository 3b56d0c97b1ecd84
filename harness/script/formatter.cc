#include "script/formatter.h"

#include <algorithm>
#include <map>

#include "script/parser.h"

namespace mqttspec::script {

namespace {

constexpr std::size_t header_key_width = 9;  // "versions" and a space

// Octets are not columns where text is not ASCII.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_note(std::string_view text) {
  return text == "note" || text == "ends";
}

bool is(const token& t, std::string_view text) {
  return t.kind == token_kind::punctuation && t.text == text;
}

// Whether a space stands between two tokens of a line.
bool spaced(const token& a, const token& b, bool assignment) {
  // The statement of a field stands at it.
  if (b.kind == token_kind::tag) return b.where.column != a.where.column + a.where.length;
  if (is(a, "=") || is(b, "=")) return assignment;
  if (is(a, "..") || is(b, "..")) return false;
  if (is(a, "(") || is(a, "[") || is(a, "{") || is(a, "!")) return false;
  if (is(b, ")") || is(b, "]") || is(b, "}") || is(b, ",") || is(b, ":")) return false;
  if (is(b, "(")) return a.kind != token_kind::name || a.text == "in";
  return true;
}

class formatter {
 public:
  explicit formatter(const file_node& file) : file_(file) { measure_guards(); }

  std::string run() {
    std::string out;
    bool blank = false;
    for (std::size_t i = 0; i < file_.lines.size(); ++i) {
      const source_line& line = file_.lines[i];
      if (line.tokens.empty() && line.comment.empty()) {
        blank = !out.empty();
        continue;
      }
      if (blank) out += '\n';
      blank = false;
      out += one_line(i);
      out += '\n';
    }
    return out;
  }

 private:
  // Number of tokens of the guard in front; 0 without one.
  static std::size_t guard_length(const source_line& line) {
    if (line.tokens.empty() || !is(line.tokens[0], "[")) return 0;
    std::size_t n = 0;
    while (n < line.tokens.size() && !is(line.tokens[n], "]")) ++n;
    return n + 1;
  }

  void measure_guards() {
    for (std::size_t i = 0; i < file_.lines.size(); ++i) {
      if (file_.layout[i].role != line_role::line) continue;
      const std::size_t n = guard_length(file_.lines[i]);
      if (n == 0) continue;
      margin_ = std::max(margin_, joined(file_.lines[i], 0, n, false).size() + 1);
    }
  }

  static std::string joined(const source_line& line, std::size_t from, std::size_t to,
                            bool assignment) {
    std::string out;
    for (std::size_t i = from; i < to; ++i) {
      if (i != from && spaced(line.tokens[i - 1], line.tokens[i], assignment)) out += ' ';
      out += line.tokens[i].text;
    }
    return out;
  }

  // The column, from 0, of the block that the lines around |index| are in: 2 in a def, 4 in a step.
  std::size_t base_of(std::size_t index) const {
    while (index > 0 && file_.layout[index].role != line_role::top &&
           file_.layout[index].role != line_role::step) {
      --index;
    }
    return file_.layout[index].role == line_role::step ? 4 : 2;
  }

  std::size_t content_column(std::size_t index) const {
    const line_layout& layout = file_.layout[index];
    switch (layout.role) {
      case line_role::none:
      case line_role::top:
        return 0;
      case line_role::header:
      case line_role::step:
        return 2;
      case line_role::table_row:
        return 2 + header_key_width;
      case line_role::line:
        return base_of(index) + margin_ + 2 * layout.depth;
    }
    return 0;
  }

  std::string one_line(std::size_t index) const {
    const source_line& line = file_.lines[index];
    if (line.tokens.empty()) {
      // A comment of its own stands where the line below it does.
      std::size_t next = index;
      while (next < file_.lines.size() && file_.lines[next].tokens.empty()) ++next;
      const std::size_t column = next < file_.lines.size() ? content_column(next) : 0;
      return std::string(column, ' ') + std::string(line.comment);
    }
    std::string out = content(index);
    if (!line.comment.empty()) {
      const std::size_t written = column_of_comment(line);
      pad(out, written >= width(out) + 2 ? written : width(out) + 2);
      out += line.comment;
    }
    return out;
  }

  std::size_t column_of_comment(const source_line& line) const {
    const std::string_view text = file_.source->line(line.number);
    return width(text.substr(0, static_cast<std::size_t>(line.comment.data() - text.data())));
  }
  std::size_t column_of(const token& t) const {
    return width(file_.source->line(t.where.line).substr(0, t.where.column - 1));
  }

  static void pad(std::string& out, std::size_t column) {
    const std::size_t now = width(out);
    if (now < column) out.append(column - now, ' ');
  }

  std::string content(std::size_t index) const {
    const source_line& line = file_.lines[index];
    const line_role role = file_.layout[index].role;
    if (role == line_role::header) return header(index);
    if (role == line_role::table_row) return table_line(index, line, 0, std::string(11, ' '));
    std::string out;
    const std::size_t guard = guard_length(line);
    if (guard != 0) {
      out.append(role == line_role::step ? 2 : base_of(index), ' ');
      out += joined(line, 0, guard, false);
      if (role == line_role::step) out += ' ';
    }
    pad(out, content_column(index));
    const std::size_t end = line.tokens.size();
    std::size_t tags = end;
    while (tags > guard && line.tokens[tags - 1].kind == token_kind::tag &&
           spaced(line.tokens[tags - 2], line.tokens[tags - 1], false)) {
      --tags;
    }
    std::size_t note = tags;
    if (note >= guard + 2 && is_note(line.tokens[note - 2].text)) note -= 2;
    const bool assignment = guard < end && line.tokens[guard].text == "let";
    out += joined(line, guard, note, assignment);
    append_part(out, line, note, tags, 1);
    append_part(out, line, tags, end, 3);
    return out;
  }

  // Tokens |from| to |to| in the column where they were written, if that leaves two spaces; else
  // |gap| spaces behind |out|.
  void append_part(std::string& out, const source_line& line, std::size_t from, std::size_t to,
                   std::size_t gap) const {
    if (from == to) return;
    const std::size_t written = column_of(line.tokens[from]);
    pad(out, written >= width(out) + 2 ? written : width(out) + gap);
    out += joined(line, from, to, false);
  }

  std::string header(std::size_t index) const {
    const source_line& line = file_.lines[index];
    std::string out = "  ";
    out += line.tokens[0].text;
    out += ' ';
    pad(out, 2 + header_key_width);
    if (line.tokens[0].text == "table") return table_line(index, line, 1, std::move(out));
    return out + joined(line, 1, line.tokens.size(), true);
  }

  static std::vector<std::string> cells(const source_line& line, std::size_t from) {
    std::vector<std::string> list;
    std::size_t begin = from;
    for (std::size_t i = from; i <= line.tokens.size(); ++i) {
      if (i < line.tokens.size() && !is(line.tokens[i], "|")) continue;
      list.push_back(joined(line, begin, i, false));
      begin = i + 1;
    }
    return list;
  }

  // A row of the table whose header line or row stands at |index|.
  std::string table_line(std::size_t index, const source_line& line, std::size_t from,
                         std::string out) const {
    std::size_t first = index;
    while (first > 0 && file_.layout[first].role != line_role::header) --first;
    const std::vector<std::size_t>& widths = widths_of(first);
    const std::vector<std::string> mine = cells(line, from);
    for (std::size_t c = 0; c < mine.size(); ++c) {
      const std::size_t begin = width(out);
      out += mine[c];
      if (c + 1 == mine.size()) break;
      pad(out, begin + widths[c]);
      out += " | ";
    }
    return out;
  }

  // Of the columns of the table whose header stands at |first|.
  const std::vector<std::size_t>& widths_of(std::size_t first) const {
    const auto [found, added] = widths_.try_emplace(first);
    std::vector<std::size_t>& widths = found->second;
    if (!added) return widths;
    for (std::size_t i = first; i < file_.lines.size(); ++i) {
      const line_role role = file_.layout[i].role;
      if (i != first && role != line_role::table_row && !file_.lines[i].tokens.empty()) break;
      if (file_.lines[i].tokens.empty()) continue;
      const std::vector<std::string> row = cells(file_.lines[i], i == first ? 1 : 0);
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
    }
    return widths;
  }

  const file_node& file_;
  mutable std::map<std::size_t, std::vector<std::size_t>> widths_;  // by line of the header
  std::size_t margin_ = 0;  // of guards, with the space behind them
};

}  // namespace

result<std::string, std::vector<diagnostic>> format(const std::string& name,
                                                    const std::string& text) {
  problem_list problems;
  const file_node file = parse_file(name, text, problems);
  if (problems.has_errors()) return unexpected(problems.take_sorted());
  return formatter(file).run();
}

}  // namespace mqttspec::script

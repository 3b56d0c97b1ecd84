#include "script/source.h"

#include <algorithm>
#include <tuple>

namespace mqttspec::script {

place joined(const place& first, const place& last) {
  if (first.line != last.line || last.column < first.column) return first;
  return {first.line, first.column, last.column + last.length - first.column};
}

source_text::source_text(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  const std::string_view all = text_;
  std::size_t begin = 0;
  while (begin < all.size()) {
    std::size_t end = all.find('\n', begin);
    if (end == std::string_view::npos) end = all.size();
    std::string_view line = all.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines_.push_back(line);
    begin = end + 1;
  }
}

std::string_view source_text::line(std::uint32_t number) const {
  if (number == 0 || number > lines_.size()) return {};
  return lines_[number - 1];
}

source_span source_text::span(const place& where) const {
  return {name_, where.line, where.column, where.length};
}

namespace {

diagnostic make(severity level, const source_text& source, const place& where, complaint what) {
  return {level,
          std::move(what.message),
          source.span(where),
          std::string(source.line(where.line)),
          std::move(what.label),
          std::move(what.help)};
}

}  // namespace

void problem_list::error(const source_text& source, const place& where, complaint what) {
  add(make(severity::error, source, where, std::move(what)));
}

void problem_list::warning(const source_text& source, const place& where, complaint what) {
  add(make(severity::warning, source, where, std::move(what)));
}

void problem_list::add(diagnostic d) {
  // A hostile file gets a long list, not an endless one.
  constexpr std::size_t most = 1000;
  if (list_.size() >= most) return;
  const bool known = std::any_of(list_.begin(), list_.end(), [&](const diagnostic& other) {
    return other.where == d.where && other.message == d.message;
  });
  if (!known) list_.push_back(std::move(d));
}

void problem_list::append(const std::vector<diagnostic>& list) {
  for (const diagnostic& d : list) add(d);
}

bool problem_list::has_errors() const {
  return script::has_errors(list_);
}

std::vector<diagnostic> problem_list::take_sorted() {
  std::sort(list_.begin(), list_.end(), [](const diagnostic& a, const diagnostic& b) {
    return std::tie(a.where.file, a.where.line, a.where.column, a.message) <
           std::tie(b.where.file, b.where.line, b.where.column, b.message);
  });
  return std::move(list_);
}

bool has_errors(const std::vector<diagnostic>& list) {
  return std::any_of(list.begin(), list.end(),
                     [](const diagnostic& d) { return d.level == severity::error; });
}

}  // namespace mqttspec::script

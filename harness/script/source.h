#pragma once
// The text of one scenario file and places in it.
//
//   source_text s("cases/a.mqs", "scenario x\n");
//   s.line(1)  ==  "scenario x"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace mqttspec::script {

// A range of one line; lines and columns count from 1, columns in octets.
struct place {
  std::uint32_t line = 0;
  std::uint32_t column = 1;
  std::uint32_t length = 1;

  friend bool operator==(const place&, const place&) = default;
};

// From the first octet of |first| to the last of |last|; both on one line.
place joined(const place& first, const place& last);

class source_text {
 public:
  source_text(std::string name, std::string text);
  source_text(const source_text&) = delete;  // tokens point into the text
  source_text& operator=(const source_text&) = delete;

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  std::uint32_t line_count() const { return static_cast<std::uint32_t>(lines_.size()); }
  // Without its end of line; "" when there is no line |number|.
  std::string_view line(std::uint32_t number) const;
  source_span span(const place& where) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<std::string_view> lines_;
};

// What is wrong, beside where.
struct complaint {
  std::string message;
  std::string label;
  std::string help;
};

// Collects diagnostics, each once, and gives them back in the order of the files' lines.
class problem_list {
 public:
  void error(const source_text& source, const place& where, complaint what);
  void warning(const source_text& source, const place& where, complaint what);
  void add(diagnostic d);
  void append(const std::vector<diagnostic>& list);

  bool has_errors() const;
  bool empty() const { return list_.empty(); }
  const std::vector<diagnostic>& list() const { return list_; }
  std::vector<diagnostic> take_sorted();

 private:
  std::vector<diagnostic> list_;
};

bool has_errors(const std::vector<diagnostic>& list);

}  // namespace mqttspec::script

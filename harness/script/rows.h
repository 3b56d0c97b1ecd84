#pragma once
// The rows of a scenario: the product of its tables and matrices, in file order, the last one
// running fastest.

#include <cstdint>
#include <string>
#include <vector>

#include "script/walker.h"

namespace mqttspec::script {

class row_set {
 public:
  // Errors (too many rows, bad limits) are reported to |problems|; there are no rows then.
  row_set(const scenario_node& scenario, const source_text& source, problem_list& problems);

  std::uint64_t count() const { return count_; }
  bool single() const { return axes_.empty(); }

  // "flags=0x3", "qos=1,filter=#"; "" without tables and matrices. Unique among the rows.
  std::string name(std::uint64_t row) const;

  // Defines lets, columns and matrix variables of |row| in |target|. false: reported.
  bool bind(std::uint64_t row, walker& target) const;
  // The same names without values, for a scenario whose rows cannot be told.
  void bind_unknown(walker& target) const;

 private:
  struct axis {
    std::size_t variation = 0;  // index into scenario_node::variations
    std::uint64_t size = 0;
    std::uint64_t stride = 1;        // rows between two values of it
    std::vector<std::string> names;  // by value; empty for a range
  };
  std::uint64_t index_in(const axis& a, std::uint64_t row) const { return row / a.stride % a.size; }

  const scenario_node& scenario_;
  std::vector<axis> axes_;
  std::uint64_t count_ = 1;
};

}  // namespace mqttspec::script

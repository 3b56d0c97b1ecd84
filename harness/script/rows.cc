#include "script/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mqttspec::script {

namespace {

// A value as a part of a case id: ids are patterns' targets, so no '/', '*', ',', '[' or ']'.
std::string label(std::string_view spelling) {
  constexpr std::size_t longest = 32;
  std::string out;
  for (const char c : spelling) {
    if (c == '"') continue;
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("_.+#$:-").find(c) != std::string_view::npos;
    out += plain ? c : '_';
    if (out.size() == longest) break;
  }
  return out.empty() ? "empty" : out;
}

// By its first columns, as many as are needed to tell the rows apart.
std::vector<std::string> row_names(const table_node& table) {
  std::vector<std::string> names(table.rows.size());
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    std::set<std::string> seen;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      if (column != 0) names[r] += ',';
      names[r] += table.columns[column].text + "=" + label(table.rows[r][column].spelling);
      seen.insert(names[r]);
    }
    if (seen.size() == table.rows.size()) break;
  }
  return names;
}

// The second and later ones of equal names get a number.
void make_unique(std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (std::string& name : names) {
    const std::string plain = name;
    for (std::uint64_t n = 2; !seen.insert(name).second; ++n) name = fmt::format("{}~{}", plain, n);
  }
}

}  // namespace

row_set::row_set(const scenario_node& scenario, const source_text& source, problem_list& problems)
    : scenario_(scenario) {
  const auto too_many = [&] {
    problems.error(source, scenario.where,
                   {fmt::format("more than {} rows", most_rows), "too many",
                    "tables and matrices multiply: make them smaller"});
    count_ = 0;
  };
  for (std::size_t i = 0; i < scenario.variations.size(); ++i) {
    axis a;
    a.variation = i;
    if (const auto* matrix = std::get_if<matrix_node>(&scenario.variations[i])) {
      if (matrix->range) {
        const range_node& r = *matrix->range;
        if (r.first.kind != value_kind::number || r.last.kind != value_kind::number ||
            r.first.number > r.last.number) {
          problems.error(source, r.where,
                         {"a matrix runs over a range of two numbers", "not such a range",
                          "write: matrix n = 1..8"});
          count_ = 0;
          return;
        }
        if (r.last.number - r.first.number >= most_rows) {
          too_many();
          return;
        }
        a.size = r.last.number - r.first.number + 1;
      } else {
        a.size = matrix->values.size();
        for (const value_node& v : matrix->values) {
          a.names.push_back(matrix->name.text + "=" + label(v.spelling));
        }
      }
    } else if (const auto* table = std::get_if<table_node>(&scenario.variations[i])) {
      a.size = table->rows.size();
      a.names = row_names(*table);
    } else {
      continue;
    }
    if (a.size == 0) {
      count_ = 0;
      return;
    }
    make_unique(a.names);
    count_ *= a.size;
    if (count_ > most_rows) {
      too_many();
      return;
    }
    axes_.push_back(std::move(a));
  }
  std::uint64_t stride = 1;
  for (auto a = axes_.rbegin(); a != axes_.rend(); ++a) {
    a->stride = stride;
    stride *= a->size;
  }
}

std::string row_set::name(std::uint64_t row) const {
  std::string out;
  for (const axis& a : axes_) {
    if (!out.empty()) out += ',';
    const std::uint64_t index = index_in(a, row);
    if (!a.names.empty()) {
      out += a.names[index];
      continue;
    }
    const auto& matrix = std::get<matrix_node>(scenario_.variations[a.variation]);
    out += fmt::format("{}={}", matrix.name.text, matrix.range->first.number + index);
  }
  return out;
}

void row_set::bind_unknown(walker& target) const {
  const auto define = [&](const word& name) {
    resolved unknown;
    unknown.kind = shape::unknown;
    unknown.name = name.text;
    target.define(name.text, std::move(unknown));
  };
  for (const variation& v : scenario_.variations) {
    if (const auto* let = std::get_if<let_node>(&v)) target.define_from(let->name, let->value);
    if (const auto* matrix = std::get_if<matrix_node>(&v)) define(matrix->name);
    if (const auto* table = std::get_if<table_node>(&v)) {
      for (const word& column : table->columns) define(column);
    }
  }
}

bool row_set::bind(std::uint64_t row, walker& target) const {
  bool good = true;
  for (std::size_t i = 0; i < scenario_.variations.size(); ++i) {
    const variation& v = scenario_.variations[i];
    if (const auto* let = std::get_if<let_node>(&v)) {
      good = target.define_from(let->name, let->value) && good;
      continue;
    }
    const auto a =
        std::find_if(axes_.begin(), axes_.end(), [&](const axis& x) { return x.variation == i; });
    if (a == axes_.end()) return false;
    const std::uint64_t index = index_in(*a, row);
    if (const auto* matrix = std::get_if<matrix_node>(&v)) {
      if (matrix->range) {
        target.define(matrix->name.text, resolved::of_number(matrix->range->first.number + index));
      } else {
        good = target.define_from(matrix->name, matrix->values[index]) && good;
      }
    } else {
      const auto& table = std::get<table_node>(v);
      for (std::size_t column = 0; column < table.columns.size(); ++column) {
        good = target.define_from(table.columns[column], table.rows[index][column]) && good;
      }
    }
  }
  return good;
}

}  // namespace mqttspec::script

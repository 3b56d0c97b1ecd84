#pragma once
// Several runs side by side: brokers are the columns, cases the rows. Rows that differ come first,
// rows of one scenario with the same outcome everywhere are folded into one.
//
//   std::vector<results::run_results> runs = {mosquitto, emqx, nanomq, flashmq};
//   to_matrix_html(make_matrix(runs));

#include <optional>
#include <string>
#include <vector>

#include "results/results.h"

namespace mqttspec::reports {

struct matrix_cell {
  std::optional<results::verdict> outcome;  // none: the run lacks the case
  std::string detail;                       // what went wrong, or the note
};

struct matrix_row {
  std::string path;  // "queue/order/queued-qos1-survives-reconnect"
  std::string title;
  std::string level;
  std::vector<std::string> variants;  // ids that share these outcomes
  std::vector<matrix_cell> cells;     // one a column; details are those of the first variant
  bool differs = false;
};

struct matrix_column {
  std::string name;
  std::string address;
  std::string started_at;
  std::string void_reason;
  std::string headline;  // the verdict on this run
  results::totals totals;
};

// Something measured, of every broker; empty: not measured there.
struct matrix_measure {
  std::string title;
  std::vector<std::string> values;  // one a column
};

struct matrix {
  std::vector<matrix_column> columns;
  std::vector<matrix_measure> measures;
  std::vector<matrix_row> rows;  // differing ones first, those with more failures before others
};

// Of repetitions the worst counts.
matrix make_matrix(const std::vector<results::run_results>& runs);

std::string to_matrix_html(const matrix& m);
std::string to_matrix_json(const matrix& m);

}  // namespace mqttspec::reports

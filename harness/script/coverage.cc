#include "script/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace mqttspec::script {

namespace {

using wire::protocol_version;

std::set<protocol_version> versions_spoken(const scenario& s) {
  std::set<protocol_version> out = {s.version};
  for (const client_declaration& c : s.clients) out.insert(c.version);
  return out;
}

bool is_about(const coverage_note& note, const purpose_entry& purpose, protocol_version version) {
  return note.id == purpose.id &&
         (note.versions.empty() ||
          std::find(note.versions.begin(), note.versions.end(), version) != note.versions.end());
}

}  // namespace

bool purpose_row::covered() const {
  return std::all_of(versions.begin(), versions.end(),
                     [](const version_coverage& v) { return !v.cases.empty(); });
}

bool purpose_row::answered() const {
  return std::all_of(versions.begin(), versions.end(), [](const version_coverage& v) {
    return !v.cases.empty() || !v.why_not.empty();
  });
}

std::vector<purpose_row> coverage_of(const catalogue& statements,
                                     const std::vector<scenario>& scenarios) {
  std::map<std::string, std::vector<const scenario*>> having;
  for (const scenario& s : scenarios) {
    for (const std::string& id : s.purposes) having[id].push_back(&s);
  }
  std::vector<purpose_row> rows;
  for (const purpose_entry* p : statements.purposes()) {
    purpose_row row;
    row.purpose = p;
    for (const protocol_version v : p->versions) row.versions.push_back({v, {}, {}});
    for (const scenario* s : having[p->id]) {
      row.cases.push_back(s->id);
      const auto spoken = versions_spoken(*s);
      for (version_coverage& v : row.versions) {
        if (spoken.contains(v.version)) v.cases.push_back(s->id);
      }
    }
    for (const coverage_note& note : statements.coverage_notes()) {
      if (note.partly && note.id == p->id) row.left_out = note.why;
      for (version_coverage& v : row.versions) {
        if (!note.partly && is_about(note, *p, v.version)) v.why_not = note.why;
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> coverage_faults(const catalogue& statements,
                                         const std::vector<scenario>& scenarios) {
  std::vector<std::string> faults;
  for (const coverage_note& note : statements.coverage_notes()) {
    if (statements.find_purpose(note.id) == nullptr) {
      faults.push_back(fmt::format("{}: a reason is given, but there is no such purpose", note.id));
    }
    if (note.why.empty()) faults.push_back(fmt::format("{}: the reason is empty", note.id));
  }
  for (const purpose_row& row : coverage_of(statements, scenarios)) {
    const std::string& id = row.purpose->id;
    if (row.versions.empty()) faults.push_back(fmt::format("{}: names no version", id));
    if (!row.left_out.empty() && row.cases.empty()) {
      faults.push_back(fmt::format("{}: is partly covered, but has no case", id));
    }
    for (const version_coverage& v : row.versions) {
      const auto name = wire::version_name(v.version);
      if (v.cases.empty() && v.why_not.empty()) {
        faults.push_back(fmt::format("{}: has neither a case nor a reason for {}", id, name));
      }
      if (!v.cases.empty() && !v.why_not.empty()) {
        faults.push_back(fmt::format("{}: has a reason for {}, and {}", id, name, v.cases.front()));
      }
    }
  }
  return faults;
}

}  // namespace mqttspec::script

#include "drive/executor.h"

namespace mqttspec::drive {

results::case_result not_run(const job& j, results::verdict outcome, std::string reason) {
  const script::scenario& s = *j.scenario;
  results::case_result r;
  r.id = s.id;
  r.path = s.path;
  r.name = s.name;
  r.version = wire::version_name(s.version);
  r.row = s.row;
  r.title = s.title;
  r.file = s.file;
  r.line = s.where.line;
  r.level = script::level_name(s.level);
  r.purposes = s.purposes;
  r.tags = s.tags;
  r.repetition = j.repetition;
  r.outcome = outcome;
  r.reason = std::move(reason);
  return r;
}

}  // namespace mqttspec::drive

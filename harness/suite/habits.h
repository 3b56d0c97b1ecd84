#pragma once
// What a broker does wrong in every session: no session is resumed, PUBACK has another identifier,
// a PINGRESP is too long. The sanity check or a witness tells it. Other cases go round it where
// they can; those that differ in just that way accuse nobody.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "results/results.h"
#include "script/features.h"

namespace mqttspec::suite {

class habits {
 public:
  // Makes of |all| what is to be played here.
  void go_round(std::vector<script::scenario>& all);
  // What |c|, which has come to an outcome, tells of a habit; or it is why |c| came to it.
  void look_at(results::case_result& c);

 private:
  script::scenario round(script::scenario s) const;
  void learn(const results::case_result& witness);
  // "so it is in every session here, as packets/... tells"; nullopt: |c| has another fault, or
  // none.
  std::optional<std::string> explain(const results::case_result& c) const;

  std::map<std::string, std::vector<script::feature>> uses_;       // by a case's id
  std::set<std::pair<script::feature, std::string>> never_works_;  // in this version
  std::map<std::string, std::string> told_by_;  // version and deviation -> the case's id
};

}  // namespace mqttspec::suite

#pragma once
// Tells which changed rules would have mattered in a run, without running it again: while a broker
// decides by sound rules, every question is put to the changed ones too. Where all answers are the
// same, the changed broker does the same, octet by octet, since a decision depends on nothing but
// its facts.
//
//   rehearsal once(sound_rules(), changes);          // changes: changed rules, one a defect
//   broker b(options, seed, once.base());
//   ... a run ...
//   if (once.differs(7)) run_again_with(changes[7]);
//
// One run at a time; neither copied nor moved while a broker uses it.

#include <memory>
#include <span>
#include <vector>

#include "model/rules.h"

namespace mqttspec::model {

// Which decisions of |changed| are not those of |base|, by their place in `rules`.
std::vector<std::size_t> changed_decisions(const rules& base, const rules& changed);

class rehearsal {
 public:
  rehearsal(const rules& base, std::span<const rules> changes);
  rehearsal(const rehearsal&) = delete;

  const rules& base() const { return base_; }
  bool differs(std::size_t change) const { return differs_[change]; }

 private:
  std::unique_ptr<bool[]> differs_;
  std::vector<std::vector<other_answer>> others_;  // one list a decision
  rules base_;
};

}  // namespace mqttspec::model

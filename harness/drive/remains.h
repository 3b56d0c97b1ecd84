#pragma once
// What machines have left on the broker and a driver has still to remove: told to the book of the
// run (target/residue.h), and kept as clean-ups that are due.

#include <memory>
#include <vector>

#include "play/clean_up.h"
#include "play/machine.h"
#include "target/residue.h"

namespace mqttspec::drive {

class remains {
 public:
  // |book| may be nullptr.
  explicit remains(target::residue* book) : book_(book) {}

  // Before the octets go out.
  void made(const play::left_things& some);
  // All of |some| but for |rest|.
  void removed(const play::left_things& some, const play::left_things& rest = {});

  // The broker went away from it: as soon as it is back.
  void owe(play::leftovers what);
  // The broker did not let it be removed: once more, when all else is done.
  void put_off(play::leftovers what);
  void all_else_is_done();
  // A clean-up that is due; nullptr: none is.
  std::unique_ptr<play::machine> next();
  bool any() const { return !owed_.empty(); }
  // |m| was a clean-up that next() gave, and has ended.
  bool settled(const play::machine& m);

 private:
  target::residue* book_;
  std::vector<play::leftovers> owed_;
  std::vector<play::leftovers> put_off_;
};

}  // namespace mqttspec::drive

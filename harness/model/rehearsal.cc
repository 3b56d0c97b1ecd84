#include "model/rehearsal.h"

#include <array>
#include <bit>

namespace mqttspec::model {
namespace {

// What every decision is made of, whatever its type.
struct slot {
  void (*answer)();
  const std::vector<other_answer>* others;
};
static_assert(sizeof(slot) == sizeof(decision<bool>));
using slots = std::array<slot, sizeof(rules) / sizeof(slot)>;
static_assert(sizeof(slots) == sizeof(rules));

}  // namespace

std::vector<std::size_t> changed_decisions(const rules& base, const rules& changed) {
  const auto a = std::bit_cast<slots>(base);
  const auto b = std::bit_cast<slots>(changed);
  std::vector<std::size_t> result;
  for (std::size_t n = 0; n < a.size(); ++n) {
    if (a[n].answer != b[n].answer) result.push_back(n);
  }
  return result;
}

rehearsal::rehearsal(const rules& base, std::span<const rules> changes)
    : differs_(std::make_unique<bool[]>(changes.size())), others_(std::tuple_size_v<slots>) {
  auto watched = std::bit_cast<slots>(base);
  for (std::size_t c = 0; c < changes.size(); ++c) {
    const auto changed = std::bit_cast<slots>(changes[c]);
    for (const std::size_t n : changed_decisions(base, changes[c])) {
      others_[n].push_back({changed[n].answer, &differs_[c]});
    }
  }
  for (std::size_t n = 0; n < watched.size(); ++n) watched[n].others = &others_[n];
  base_ = std::bit_cast<rules>(watched);
}

}  // namespace mqttspec::model

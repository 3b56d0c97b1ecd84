#pragma once
// How often each number was seen. Numbers and counts lie in one row of memory, half of it free, so
// that a question costs one look: the row grows far beyond what a processor keeps near.
//
//   tally seen;
//   seen.add(key);
//   seen.of(other), seen.size()

#include <cstdint>
#include <vector>

namespace mqttspec::explore {

class tally {
 public:
  std::uint32_t of(std::uint64_t key) const { return slots_[find(key)].count; }
  // Counts |key| once more.
  void add(std::uint64_t key) {
    slot& s = slots_[find(key)];
    s.key = key;
    if (s.count++ == 0 && ++used_ * 2 > slots_.size()) grow();
  }
  std::size_t size() const { return used_; }

 private:
  struct slot {
    std::uint64_t key = 0;
    std::uint32_t count = 0;  // 0: free
  };

  std::size_t find(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = (key ^ key >> 32) * 0x9E3779B97F4A7C15 >> 32 & mask;
    while (slots_[i].count != 0 && slots_[i].key != key) i = (i + 1) & mask;
    return i;
  }
  void grow() {
    std::vector<slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const slot& s : old) {
      if (s.count != 0) slots_[find(s.key)] = s;
    }
  }

  std::vector<slot> slots_ = std::vector<slot>(1024);  // a power of two
  std::size_t used_ = 0;
};

}  // namespace mqttspec::explore

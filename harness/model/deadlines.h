#pragma once
// Instants at which something is due, one a key; the earliest is at hand.
//
//   deadlines<int> d;
//   d.set(7, now + 3s);   d.next() == now + 3s;   d.due(now + 3s) == 7
//
// All operations are logarithmic; keys with equal instants come out in the order of the keys.

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/instant.h"

namespace mqttspec::model {

template <class Key>
class deadlines {
 public:
  // `never` removes.
  void set(const Key& key, instant at) {
    clear(key);
    if (at == never) return;
    at_.emplace(key, at);
    order_.emplace(at, key);
  }
  void clear(const Key& key) {
    const auto found = at_.find(key);
    if (found == at_.end()) return;
    order_.erase({found->second, key});
    at_.erase(found);
  }
  instant next() const { return order_.empty() ? never : order_.begin()->first; }
  // The latest; zero when there is none.
  instant last() const { return order_.empty() ? instant{} : order_.rbegin()->first; }
  instant of(const Key& key) const {
    const auto found = at_.find(key);
    return found == at_.end() ? never : found->second;
  }
  // The key whose instant is the earliest, when that is not after |now|. It stays.
  std::optional<Key> due(instant now) const {
    if (order_.empty() || order_.begin()->first > now) return std::nullopt;
    return order_.begin()->second;
  }
  std::size_t size() const { return at_.size(); }

 private:
  std::map<Key, instant> at_;
  std::set<std::pair<instant, Key>> order_;
};

}  // namespace mqttspec::model

#include "model/subscription_index.h"

#include <utility>

#include "model/session.h"
#include "model/topic.h"

namespace mqttspec::model {

subscription_index::subscription_index() {
  nodes_.emplace_back();
}

subscription_index::node_index subscription_index::child(node_index parent,
                                                         std::string_view level) const {
  const node& n = nodes_[parent];
  if (level == "+") return n.plus;
  if (level == "#") return n.hash;
  const auto found = n.children.find(level);
  return found == n.children.end() ? none : found->second;
}

subscription_index::node_index subscription_index::find(std::string_view filter) const {
  node_index at = 0;
  bool more = true;
  while (more && at != none) at = child(at, next_level(filter, more));
  return at;
}

subscription_index::node_index subscription_index::make(std::string_view filter) {
  node_index at = 0;
  bool more = true;
  while (more) {
    const std::string_view level = next_level(filter, more);
    node_index next = child(at, level);
    if (next == none) {
      if (free_.empty()) {
        next = static_cast<node_index>(nodes_.size());
        nodes_.emplace_back();
      } else {
        next = free_.back();
        free_.pop_back();
      }
      nodes_[next].parent = at;
      nodes_[next].level = level;
      if (level == "+") {
        nodes_[at].plus = next;
      } else if (level == "#") {
        nodes_[at].hash = next;
      } else {
        nodes_[at].children.emplace(level, next);
      }
    }
    at = next;
  }
  return at;
}

void subscription_index::prune(node_index at) {
  while (at != 0) {
    node& n = nodes_[at];
    const bool in_use = !n.subscribers.empty() || !n.shares.empty() || !n.children.empty() ||
                        n.plus != none || n.hash != none;
    if (in_use) return;
    node& parent = nodes_[n.parent];
    if (n.level == "+") {
      parent.plus = none;
    } else if (n.level == "#") {
      parent.hash = none;
    } else {
      parent.children.erase(n.level);
    }
    const node_index above = n.parent;
    n = node{};
    free_.push_back(at);
    at = above;
  }
}

void subscription_index::add(const std::string& filter, session& who,
                             const subscription_options& options) {
  const share_split parts = split_share(filter);
  node& n = nodes_[make(parts.filter)];
  const subscriber entry{&who, &filter, &options};
  if (parts.shared) {
    n.shares[std::string(parts.group)].members.emplace(who.serial, entry);
  } else {
    n.subscribers.emplace(who.serial, entry);
  }
}

void subscription_index::remove(std::string_view filter, const session& who) {
  const share_split parts = split_share(filter);
  const node_index at = find(parts.filter);
  if (at == none) return;
  node& n = nodes_[at];
  if (parts.shared) {
    const auto group = n.shares.find(parts.group);
    if (group == n.shares.end()) return;
    group->second.members.erase(who.serial);
    if (group->second.members.empty()) n.shares.erase(group);
  } else {
    n.subscribers.erase(who.serial);
  }
  prune(at);
}

share_group* subscription_index::find_share(std::string_view filter) {
  const share_split parts = split_share(filter);
  const node_index at = parts.shared ? find(parts.filter) : none;
  if (at == none) return nullptr;
  const auto group = nodes_[at].shares.find(parts.group);
  return group == nodes_[at].shares.end() ? nullptr : &group->second;
}

void subscription_index::collect(node_index at, matched& out) {
  node& n = nodes_[at];
  for (const auto& [serial, entry] : n.subscribers) out.subscribers.push_back(entry);
  for (auto& [name, group] : n.shares) out.shares.push_back(&group);
}

void subscription_index::match(std::string_view topic, bool hash_at_root, bool plus_at_root,
                               matched& out) {
  struct step {
    node_index at;
    std::string_view rest;
    bool more;  // levels are left in |rest|
  };
  std::vector<step> steps{{0, topic, true}};
  while (!steps.empty()) {
    step s = steps.back();
    steps.pop_back();
    const node& n = nodes_[s.at];
    const bool root = s.at == 0;
    // '#' also matches the level above it. [v5:v5-4.7.1-a]
    if (n.hash != none && (!root || hash_at_root)) collect(n.hash, out);
    if (!s.more) {
      collect(s.at, out);
      continue;
    }
    const std::string_view level = next_level(s.rest, s.more);
    if (n.plus != none && (!root || plus_at_root)) steps.push_back({n.plus, s.rest, s.more});
    const auto exact = n.children.find(level);
    if (exact != n.children.end()) steps.push_back({exact->second, s.rest, s.more});
  }
}

}  // namespace mqttspec::model

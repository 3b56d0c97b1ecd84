#pragma once
// All subscriptions of all sessions, by Topic Filter: a trie of topic levels, so that a message
// costs what matches it and not what exists.
//
//   subscription_index index;
//   index.add("$share/g/a/+", s, options);
//   matched m;  index.match("a/b", true, true, m);    // m.shares: one group
//
// Nodes lie in one vector and are walked with a stack of its own: filters come from strangers.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/message.h"

namespace mqttspec::model {

struct session;

// A filter with more levels than this is refused: each level costs a node.
inline constexpr std::size_t most_filter_levels = 256;

// One subscription of one session. Filter and options belong to the session.
struct subscriber {
  session* who = nullptr;
  const std::string* filter = nullptr;
  const subscription_options* options = nullptr;
};

// The members of one share, by age of their sessions.
struct share_group {
  std::map<std::uint64_t, subscriber> members;
  std::uint64_t last_served = 0;  // serial of a session; its successor's turn is next
};

struct matched {
  std::vector<subscriber> subscribers;
  std::vector<share_group*> shares;
};

class subscription_index {
 public:
  subscription_index();

  // |filter| must be valid and outlive the entry, as must |options|. Adding it again does nothing.
  void add(const std::string& filter, session& who, const subscription_options& options);
  void remove(std::string_view filter, const session& who);

  // All that match |topic|. |hash_at_root| and |plus_at_root| tell whether filters that begin with
  // '#' and '+' may match it.
  void match(std::string_view topic, bool hash_at_root, bool plus_at_root, matched& out);

  // The members of the shared subscription |filter|; nullptr when it has none.
  share_group* find_share(std::string_view filter);

  std::size_t node_count() const { return nodes_.size() - free_.size(); }

 private:
  using node_index = std::uint32_t;
  static constexpr node_index none = 0xFFFFFFFFu;

  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  struct node {
    node_index parent = none;
    std::string level;
    std::unordered_map<std::string, node_index, text_hash, std::equal_to<>> children;
    node_index plus = none;
    node_index hash = none;
    std::map<std::uint64_t, subscriber> subscribers;
    std::map<std::string, share_group, std::less<>> shares;
  };

  node_index find(std::string_view filter) const;
  node_index make(std::string_view filter);
  node_index child(node_index parent, std::string_view level) const;
  void prune(node_index at);
  void collect(node_index at, matched& out);

  std::vector<node> nodes_;
  std::vector<node_index> free_;
};

}  // namespace mqttspec::model

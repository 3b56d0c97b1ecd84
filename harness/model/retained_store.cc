#include "model/retained_store.h"

#include "model/topic.h"

namespace mqttspec::model {

void retained_store::put(const message_pointer& m) {
  const auto at = by_topic_.find(m->topic);
  const retained_facts f{m->retain, m->payload.empty(), m->qos, at != by_topic_.end()};
  if (rules_->retained_is_cleared(f)) {
    if (at != by_topic_.end()) by_topic_.erase(at);
    return;
  }
  if (rules_->retained_is_stored(f)) by_topic_.insert_or_assign(m->topic, m);
}

void retained_store::match(std::string_view filter, instant now,
                           const std::function<void(const message_pointer&)>& found) {
  const std::size_t wildcard = filter.find_first_of("#+");
  std::string_view prefix = filter.substr(0, wildcard);
  // "a/#" matches "a" too.
  if (wildcard != filter.npos && filter[wildcard] == '#' && prefix.ends_with('/')) {
    prefix.remove_suffix(1);
  }
  for (auto at = by_topic_.lower_bound(prefix); at != by_topic_.end();) {
    const message& m = *at->second;
    if (!std::string_view(m.topic).starts_with(prefix)) break;
    if (wildcard == filter.npos && m.topic != filter) break;
    if (!rules_->retained_matches(filter, m.topic)) {
      ++at;
      continue;
    }
    copy_facts f;
    f.qos = m.qos;
    f.expiry_interval = m.expiry_interval;
    f.waited = now - m.received;
    if (rules_->retained_is_expired(f)) {
      at = by_topic_.erase(at);
      continue;
    }
    found(at->second);
    ++at;
  }
}

void retained_store::erase_of(std::string_view publisher) {
  std::erase_if(by_topic_, [&](const auto& entry) { return entry.second->publisher == publisher; });
}

}  // namespace mqttspec::model

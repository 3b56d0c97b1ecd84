#pragma once
// Retained messages, one a topic. They belong to no session. [v5:v5-4.1-c] [v311:MQTT-3.1.2-7]

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "model/message.h"
#include "model/rules.h"

namespace mqttspec::model {

class retained_store {
 public:
  explicit retained_store(const rules& r) : rules_(&r) {}

  // Stores |m| (its RETAIN flag is set), or removes the message of its topic when |m| is empty.
  void put(const message_pointer& m);

  // Calls |found| with every message that matches |filter| (without `$share`), in the order of the
  // topics. Those that have expired are removed instead. [v5:v5-3.3.1.3-b]
  void match(std::string_view filter, instant now,
             const std::function<void(const message_pointer&)>& found);

  void erase_of(std::string_view publisher);
  void clear() { by_topic_.clear(); }
  std::size_t size() const { return by_topic_.size(); }

 private:
  const rules* rules_;
  std::map<std::string, message_pointer, std::less<>> by_topic_;
};

}  // namespace mqttspec::model

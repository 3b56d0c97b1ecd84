#pragma once
// Wills as messages.

#include "model/rules.h"

namespace mqttspec::model {

// The Will Delay Interval, 0 when it is absent. [v5:v5-3.1.3.2.2-b]
std::uint32_t will_delay_of(const wire::will_message& w);

// What is published for |w|: its expiry counts from |now|. [v5:v5-3.1.3.2.4-a]
message will_publication(const wire::will_message& w, const std::string& publisher, instant now,
                         const rules& r);

}  // namespace mqttspec::model

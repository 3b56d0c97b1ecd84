#pragma once
// Wills as messages.

#include "model/rules.h"
#include "model/session.h"

namespace mqttspec::model {

// The Will Delay Interval, 0 when it is absent. [v5:v5-3.1.3.2.2-b]
std::uint32_t will_delay_of(const wire::will_message& w);

// What is published for |w|, the will of |of|: its expiry counts from |now|. [v5:v5-3.1.3.2.4-a]
message will_publication(const wire::will_message& w, const session& of, instant now,
                         const rules& r);

}  // namespace mqttspec::model

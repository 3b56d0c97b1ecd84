#pragma once
// A PUBLISH of the server, put beside the messages and subscriptions that it can come from.

#include <vector>

#include "oracle/history.h"

namespace mqttspec::oracle {

struct delivery {
  const session* to = nullptr;
  std::string topic;
  std::vector<const message*> from;     // never empty: what was sent with this topic and payload
  std::vector<const subscription*> by;  // matching ones of the session, standing or not
  bool shared = false;                  // one of them is to a share

  bool of_wills() const;                  // all of |from| are
  bool sent_after(event_number n) const;  // all of |from| were, and are no wills
  // The only subscription that there was, when it stood before everything in |from|; or nullptr.
  const subscription* settled() const;
};

// nullptr when the trace leaves open where |p| comes from: a topic of others, a session that was
// there before, packets that were not understood. Stays until the next event.
const delivery* explain(const history& seen, const link& on, const packet& p);

}  // namespace mqttspec::oracle

#pragma once
// Features that many cases build on. Where one never works on a broker, that is one fault: the
// scenarios with the tag `witness` tell it, each of the one feature that it uses, and what else
// uses it has no premise.
//
//   features_of(s)   // `sub > SUBSCRIBE filter="$share/g/t"`  ->  {shared_subscriptions}

#include <cstdint>
#include <string_view>
#include <vector>

#include "script/scenario.h"

namespace mqttspec::script {

enum class feature : std::uint8_t {
  shared_subscriptions,
  retained_messages,
  wills,
  qos2,
  begin_without_clean_start,
  resume,
  // Of a session that ...
  resume_of_clean_start,        // was begun with Clean Start 1
  resume_without_subscription,  // holds no subscription
  resume_after_loss,            // was left without a DISCONNECT
};

// What a broker does that has it not: "shared subscriptions deliver nothing here".
std::string_view absence_of(feature f);
// Its absence shows in Session Present too.
bool is_kept(feature f);
// Those that the lines of |s| use, what is special last. Its needs have to be complete
// (implied_needs.h).
std::vector<feature> features_of(const scenario& s);
bool is_witness(const scenario& s);

}  // namespace mqttspec::script

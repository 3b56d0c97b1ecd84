#include "model/will.h"

namespace mqttspec::model {

std::uint32_t will_delay_of(const wire::will_message& w) {
  return wire::find_number(w.properties, wire::property_id::will_delay_interval).value_or(0);
}

message will_publication(const wire::will_message& w, const session& of, instant now,
                         const rules& r) {
  message m;
  m.topic = w.topic;
  m.payload = r.will_payload(w.payload);
  m.qos = r.will_qos({w.qos, w.retain});
  m.retain = r.will_retain({w.qos, w.retain});
  m.properties = r.will_properties(w.properties);
  m.expiry_interval = wire::find_number(m.properties, wire::property_id::message_expiry_interval);
  m.received = r.will_expiry_begins({of.connected_at, now});
  m.publisher = of.client_id;
  return m;
}

}  // namespace mqttspec::model

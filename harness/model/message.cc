#include "model/message.h"

namespace mqttspec::model {

message message_of(const wire::packet& p, std::string topic, std::string publisher, instant now) {
  message m;
  m.topic = std::move(topic);
  m.payload = p.payload;
  m.qos = p.qos;
  m.retain = p.retain;
  m.dup = p.dup;
  m.properties = p.properties;
  m.expiry_interval = wire::find_number(p.properties, wire::property_id::message_expiry_interval);
  m.received = now;
  m.publisher = std::move(publisher);
  return m;
}

}  // namespace mqttspec::model

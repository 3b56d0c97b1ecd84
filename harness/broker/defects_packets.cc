// Malformed packets that are sent, and words that are too many.

#include <algorithm>

#include "broker/defects.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using wire::packet_type;
using wire::property_id;

using instead = std::optional<byte_buffer>;

byte_buffer copy_of(const sent_facts& f) {
  return {f.octets.begin(), f.octets.end()};
}

// Changes one octet of every packet of a kind.
template <packet_type Packet, std::size_t At, std::uint8_t Flip>
void spoil(rules& r) {
  r.sent_instead = [](const sent_facts& f) -> instead {
    if (f.packet != Packet || f.octets.size() <= At) return std::nullopt;
    byte_buffer out = copy_of(f);
    out[At] = static_cast<std::uint8_t>(out[At] ^ Flip);
    return out;
  };
}

// Puts octets behind the last field. Works for packets of less than 120 octets.
template <packet_type Packet, std::uint8_t... Octets>
void lengthen(rules& r) {
  r.sent_instead = [](const sent_facts& f) -> instead {
    if (f.packet != Packet || f.octets.size() > 120) return std::nullopt;
    byte_buffer out = copy_of(f);
    for (const std::uint8_t octet : {Octets...}) {
      out.push_back(octet);
      ++out[1];
    }
    return out;
  };
}

// 3.1.1 only: the length of the packet stays one octet, as most are short.
template <packet_type Packet, std::uint8_t Octet>
void lengthen_311(rules& r) {
  r.sent_instead = [](const sent_facts& f) -> instead {
    if (f.packet != Packet || f.version == protocol_version::v5 || f.octets.size() > 120) {
      return std::nullopt;
    }
    byte_buffer out = copy_of(f);
    out.push_back(Octet);
    ++out[1];
    return out;
  };
}

// The identifier of a packet whose fixed header has two octets.
template <packet_type Packet>
void other_identifier(rules& r) {
  spoil<Packet, 3, 0x40>(r);
}

// Where the Property Length of a packet of 5.0 stands, if its fixed header has two octets; 0: such
// a packet has none in the form that was sent.
std::size_t property_length_at(const sent_facts& f) {
  switch (f.packet) {
    case packet_type::connack:
    case packet_type::suback:
    case packet_type::unsuback:
      return 4;
    case packet_type::disconnect:
    case packet_type::auth:
      return 3;
    default:
      return 5;
  }
}

// A packet in its long form: with a reason code and a Property Length.
byte_buffer long_form(const sent_facts& f) {
  byte_buffer out = copy_of(f);
  for (const std::size_t wanted = property_length_at(f) + 1; out.size() < wanted;) {
    out.push_back(0);
    ++out[1];
  }
  return out;
}

template <packet_type Packet, std::size_t At, std::uint8_t... Octets>
void add_property(rules& r) {
  r.sent_instead = [](const sent_facts& f) -> instead {
    if (f.packet != Packet || f.version != protocol_version::v5 || f.octets.size() > 100) {
      return std::nullopt;
    }
    byte_buffer out = long_form(f);
    const byte_buffer property = {Octets...};
    out.insert(out.begin() + At + 1, property.begin(), property.end());
    out[1] = static_cast<std::uint8_t>(out[1] + property.size());
    out[At] = static_cast<std::uint8_t>(out[At] + property.size());
    return out;
  };
}

// Leaves a property of CONNACK out.
template <property_id Property>
void withhold(rules& r) {
  r.sent_instead = [](const sent_facts& f) -> instead {
    if (f.packet != packet_type::connack) return std::nullopt;
    auto p = wire::decode(f.octets, {f.version, wire::sender::server});
    byte_buffer out;
    if (!p ||
        std::erase_if(p->properties, [](const auto& each) { return each.id == Property; }) == 0 ||
        !wire::encode_to(*p, out)) {
      return std::nullopt;
    }
    return out;
  };
}

// Adds a Reason String (0x1F) or a user property (0x26) of 40 octets.
template <packet_type Packet, std::uint8_t Property>
void talk(rules& r) {
  r.sent_instead = [](const sent_facts& f) -> instead {
    if (f.packet != Packet || f.version != protocol_version::v5 || f.octets.size() > 80) {
      return std::nullopt;
    }
    byte_buffer property = {Property};
    if (Property == 0x26) property.insert(property.end(), {0x00, 0x01, 0x77});
    property.push_back(0);
    property.push_back(35);
    property.insert(property.end(), 35, 0x77);
    byte_buffer out = long_form(f);
    const std::size_t at = property_length_at(f);
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(at) + 1, property.begin(), property.end());
    out[1] = static_cast<std::uint8_t>(out[1] + property.size());
    out[at] = static_cast<std::uint8_t>(out[at] + property.size());
    return out;
  };
}

template <packet_type Packet>
void unknown_code(rules& r) {
  r.sent_instead = [](const sent_facts& f) -> instead {
    if (f.packet != Packet || f.version != protocol_version::v5) return std::nullopt;
    byte_buffer out = long_form(f);
    out[4] = 0x01;
    return out;
  };
}

constexpr defect table[] = {
    // Malformed packets that are sent.
    {"connack-reserved-flags", "sets a reserved bit in the flags of CONNACK",
     "v5:MQTT-3.2.2-1 v5:v5-7.1.1-a v311:v311-3.2.2.1-a", "", spoil<packet_type::connack, 2, 0x80>},
    {"connack-fixed-header-flags", "sets a flag in the fixed header of CONNACK",
     "v5:MQTT-2.1.3-1 v5:v5-7.1.1-a v311:MQTT-2.2.2-1", "", spoil<packet_type::connack, 0, 0x01>},
    {"connack-too-long", "sends an octet too many in CONNACK", "v5:v5-7.1.1-a v311:format", "",
     lengthen<packet_type::connack, 0x00>},
    {"connack-duplicate-property", "tells the maximum Topic Alias twice",
     "v5:v5-2.2.2.2-a v5:v5-7.1.1-a", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::connack || f.version != protocol_version::v5 ||
             f.octets.size() < 6 || f.octets.size() > 100 || f.octets[4] == 0) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         const byte_buffer property = {0x22, 0x00, 0x10};
         out.insert(out.end(), property.begin(), property.end());
         out[1] = static_cast<std::uint8_t>(out[1] + 3);
         out[4] = static_cast<std::uint8_t>(out[4] + 3);
         return out;
       };
     }},
    {"connack-receive-maximum-0", "announces Receive Maximum 0", "v5:v5-3.2.2.3.3-a v5:v5-7.1.1-a",
     "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::connack || f.version != protocol_version::v5) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         const auto at = std::find(out.begin() + 5, out.end(), std::uint8_t{0x21});
         if (out.end() - at < 3) return std::nullopt;
         at[1] = at[2] = 0;
         return out;
       };
     }},
    {"suback-other-identifier", "SUBACK has not the identifier of its SUBSCRIBE",
     "v5:MQTT-3.8.4-2 v5:MQTT-2.2.1-6 v5:MQTT-3.8.4-1 v311:MQTT-3.8.4-2 v311:MQTT-2.3.1-7 "
     "v311:MQTT-3.8.4-1",
     "", other_identifier<packet_type::suback>},
    {"suback-unknown-code", "SUBACK has a code that does not exist",
     "v5:MQTT-3.9.3-2 v5:MQTT-3.8.4-7 v5:v5-7.1.1-a v311:MQTT-3.9.3-2", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::suback) return std::nullopt;
         byte_buffer out = copy_of(f);
         out.back() = 0x03;
         return out;
       };
     }},
    {"unsuback-unknown-code", "UNSUBACK has a code that does not exist",
     "v5:MQTT-3.11.3-2 v5:MQTT-3.10.4-4 v5:v5-7.1.1-a", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::unsuback || f.version != protocol_version::v5) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         out.back() = 0x01;
         return out;
       };
     }},
    {"suback-code-too-many", "SUBACK has one code more than there were filters",
     "v5:MQTT-3.8.4-6 v311:MQTT-3.8.4-5", "", lengthen<packet_type::suback, 0x00>},
    {"unsuback-with-codes-in-311", "UNSUBACK of 3.1.1 has reason codes",
     "v311:format v311:MQTT-3.10.4-4", "https://github.com/mochi-mqtt/server/commit/10a02ab",
     lengthen_311<packet_type::unsuback, 0x00>},
    {"puback-other-identifier", "PUBACK has not the identifier of its PUBLISH",
     "v5:MQTT-2.2.1-5 v5:MQTT-4.3.2-4 v311:MQTT-2.3.1-6 v311:MQTT-4.3.2-2", "",
     other_identifier<packet_type::puback>},
    {"pubrec-other-identifier", "PUBREC has not the identifier of its PUBLISH",
     "v5:MQTT-2.2.1-5 v5:MQTT-4.3.3-8 v5:MQTT-4.3.3-10 v311:MQTT-2.3.1-6 v311:MQTT-4.3.3-2", "",
     other_identifier<packet_type::pubrec>},
    {"pubrel-other-identifier", "PUBREL has not the identifier of its PUBREC",
     "v5:MQTT-2.2.1-5 v5:MQTT-4.3.3-4 v5:MQTT-4.4.0-1 v311:MQTT-2.3.1-6 v311:MQTT-4.3.3-1 "
     "v311:MQTT-4.4.0-1",
     "https://github.com/vernemq/vernemq/issues/1045", other_identifier<packet_type::pubrel>},
    {"pubcomp-other-identifier", "PUBCOMP has not the identifier of its PUBREL",
     "v5:MQTT-2.2.1-5 v5:MQTT-4.3.3-11 v311:MQTT-2.3.1-6 v311:MQTT-4.3.3-2", "",
     other_identifier<packet_type::pubcomp>},
    {"pubrel-flags", "PUBREL goes out with flags 0000",
     "v5:MQTT-2.1.3-1 v5:MQTT-3.6.1-1 v5:v5-7.1.1-a v311:MQTT-3.6.1-1 v311:MQTT-2.2.2-1", "",
     spoil<packet_type::pubrel, 0, 0x02>},
    {"puback-with-reason-in-311", "PUBACK of 3.1.1 has a reason code",
     "v311:format v311:MQTT-4.3.2-2", "", lengthen_311<packet_type::puback, 0x00>},
    {"qos0-with-dup", "PUBLISH with QoS 0 has DUP 1",
     "v5:MQTT-3.3.1-2 v5:MQTT-4.3.1-1 v311:MQTT-3.3.1-2 v311:MQTT-4.3.1-1", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::publish || (f.octets[0] & 0x06) != 0) return std::nullopt;
         byte_buffer out = copy_of(f);
         out[0] = static_cast<std::uint8_t>(out[0] | 0x08);
         return out;
       };
     }},
    {"payload-cut-short", "the last octet of every payload is lost",
     "v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::publish || f.octets[1] < 8 || (f.octets[1] & 0x80) != 0) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         out.pop_back();
         --out[1];
         return out;
       };
     },
     sweeping},
    {"disconnect-with-interval", "the server's DISCONNECT has a Session Expiry Interval",
     "v5:MQTT-3.14.2-2", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::disconnect || f.octets.size() < 3) return std::nullopt;
         return byte_buffer{0xE0, 0x07, f.octets[2], 0x05, 0x11, 0, 0, 0, 0};
       };
     }},
    {"disconnect-unknown-reason", "the server's DISCONNECT has a reason code that does not exist",
     "v5:MQTT-3.14.2-1", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::disconnect) return std::nullopt;
         return byte_buffer{0xE0, 0x01, 0xF0};
       };
     }},
    {"pingresp-too-long", "PINGRESP has an octet too many", "v5:v5-7.1.1-a v311:format", "",
     lengthen<packet_type::pingresp, 0x00>},

    // What CONNACK may not say.
    {"connack-maximum-qos-2", "announces Maximum QoS 2", "v5:v5-3.2.2.3.4-a v5:v5-7.1.1-a", "",
     add_property<packet_type::connack, 4, 0x24, 0x02>},
    {"maximum-qos-not-told", "does not take QoS 2 and does not say so", "v5:MQTT-3.2.2-9", "",
     withhold<property_id::maximum_qos>},
    {"connack-retain-available-2", "announces Retain Available 2", "v5:v5-2.2.2.2-a v5:v5-7.1.1-a",
     "", add_property<packet_type::connack, 4, 0x25, 0x02>},
    {"connack-with-response-information",
     "tells Response Information to clients that did not ask for it", "v5:MQTT-3.1.2-28", "",
     add_property<packet_type::connack, 4, 0x1A, 0x00, 0x01, 0x72>},
    {"connack-with-authentication-method",
     "names an Authentication Method to clients that named none",
     "v5:MQTT-4.12.0-6 v5:v5-2.2.2.2-a", "",
     add_property<packet_type::connack, 4, 0x15, 0x00, 0x01, 0x78>},

    // Codes and forms of answers.
    {"puback-unknown-code", "PUBACK has a code that does not exist",
     "v5:MQTT-3.4.2-1 v5:v5-7.1.1-a v5:MQTT-4.3.2-4", "", unknown_code<packet_type::puback>},
    {"pubrec-unknown-code", "PUBREC has a code that does not exist",
     "v5:MQTT-3.5.2-1 v5:v5-7.1.1-a v5:MQTT-4.3.3-8", "", unknown_code<packet_type::pubrec>},
    {"pubcomp-unknown-code", "PUBCOMP has a code that does not exist",
     "v5:MQTT-3.7.2-1 v5:v5-7.1.1-a v5:MQTT-4.3.3-11", "", unknown_code<packet_type::pubcomp>},
    {"pubrel-unknown-code", "PUBREL has a code that does not exist",
     "v5:MQTT-3.6.2-1 v5:v5-7.1.1-a v5:MQTT-4.3.3-4", "", unknown_code<packet_type::pubrel>},
    {"connack-unknown-code", "a CONNACK that refuses has a code that does not exist",
     "v5:MQTT-3.2.2-8 v5:v5-7.1.1-a v311:MQTT-3.2.2-6 v311:MQTT-3.2.2-4", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::connack || f.octets[3] == 0) return std::nullopt;
         byte_buffer out = copy_of(f);
         out[3] = 0x7F;
         return out;
       };
     }},
    {"pingresp-with-a-long-length", "the length of PINGRESP takes two octets",
     "v5:MQTT-1.5.5-1 v5:v5-7.1.1-a", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::pingresp) return std::nullopt;
         return byte_buffer{0xD0, 0x80, 0x00};
       };
     }},
    {"pingresp-flags", "PINGRESP goes out with a flag",
     "v5:MQTT-2.1.3-1 v5:v5-7.1.1-a v311:MQTT-2.2.2-1", "", spoil<packet_type::pingresp, 0, 0x01>},
    {"suback-without-property-length", "SUBACK of 5.0 has no Property Length",
     "v5:MQTT-2.2.2-1 v5:v5-7.1.1-a v5:MQTT-3.8.4-6", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::suback || f.version != protocol_version::v5 ||
             f.octets[4] != 0) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         out.erase(out.begin() + 4);
         --out[1];
         return out;
       };
     },
     sweeping},
    {"qos0-with-identifier", "PUBLISH with QoS 0 has a Packet Identifier",
     "v5:MQTT-2.2.1-2 v5:v5-7.1.1-a v311:MQTT-2.3.1-5", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::publish || (f.octets[0] & 0x06) != 0 ||
             f.octets.size() > 120) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         const std::size_t behind_topic = 4u + out[3];
         const byte_buffer identifier = {0x00, 0x01};
         out.insert(out.begin() + static_cast<std::ptrdiff_t>(behind_topic), identifier.begin(),
                    identifier.end());
         out[1] = static_cast<std::uint8_t>(out[1] + 2);
         return out;
       };
     },
     sweeping},
    {"subscription-identifier-0-sent", "a PUBLISH with a Subscription Identifier has 0 there",
     "v5:v5-3.3.2.3.8-a v5:MQTT-3.3.4-3 v5:MQTT-3.3.4-4", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::publish || f.version != protocol_version::v5) {
           return std::nullopt;
         }
         const auto p = wire::decode(f.octets, {f.version, wire::sender::server});
         if (!p || wire::find_number(p->properties, property_id::subscription_identifier) !=
                       f.octets[f.octets.size() - p->payload.size() - 1]) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         out[out.size() - p->payload.size() - 1] = 0;  // it is the last of the properties
         return out;
       };
     },
     sweeping},
    {"packets-behind-its-disconnect", "sends PINGRESP behind its own DISCONNECT",
     "v5:MQTT-3.14.4-1 v5:MQTT-3.14.4-2", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::disconnect) return std::nullopt;
         byte_buffer out = copy_of(f);
         out.push_back(0xD0);
         out.push_back(0x00);
         return out;
       };
     },
     sweeping},
    {"own-disconnect-without-close", "keeps connections open behind its own DISCONNECT",
     "v5:MQTT-3.14.4-2 v5:MQTT-4.13.1-1 v5:MQTT-4.13.2-1 v311:MQTT-4.8.0-1", "",
     [](rules& r) { r.close_follows_disconnect = [](const close_facts&) { return false; }; },
     sweeping},

    // Words that are too many.
    {"connack-with-a-reason-string", "CONNACK has a Reason String, whatever the client can take",
     "v5:MQTT-3.2.2-19 v5:MQTT-3.1.2-24", "", talk<packet_type::connack, 0x1F>},
    {"connack-with-user-properties", "CONNACK has a user property, whatever the client can take",
     "v5:MQTT-3.2.2-20 v5:MQTT-3.1.2-24", "", talk<packet_type::connack, 0x26>},
    {"puback-with-a-reason-string", "PUBACK has a Reason String, whatever the client can take",
     "v5:MQTT-3.4.2-2 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::puback, 0x1F>},
    {"puback-with-user-properties", "PUBACK has a user property, whatever the client can take",
     "v5:MQTT-3.4.2-3 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::puback, 0x26>},
    {"pubrec-with-a-reason-string", "PUBREC has a Reason String, whatever the client can take",
     "v5:MQTT-3.5.2-2 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::pubrec, 0x1F>},
    {"pubrec-with-user-properties", "PUBREC has a user property, whatever the client can take",
     "v5:MQTT-3.5.2-3 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::pubrec, 0x26>},
    {"pubrel-with-a-reason-string", "PUBREL has a Reason String, whatever the client can take",
     "v5:MQTT-3.6.2-2 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::pubrel, 0x1F>},
    {"pubrel-with-user-properties", "PUBREL has a user property, whatever the client can take",
     "v5:MQTT-3.6.2-3 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::pubrel, 0x26>},
    {"pubcomp-with-a-reason-string", "PUBCOMP has a Reason String, whatever the client can take",
     "v5:MQTT-3.7.2-2 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::pubcomp, 0x1F>},
    {"pubcomp-with-user-properties", "PUBCOMP has a user property, whatever the client can take",
     "v5:MQTT-3.7.2-3 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::pubcomp, 0x26>},
    {"suback-with-a-reason-string", "SUBACK has a Reason String, whatever the client can take",
     "v5:MQTT-3.9.2-1 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::suback, 0x1F>},
    {"suback-with-user-properties", "SUBACK has a user property, whatever the client can take",
     "v5:MQTT-3.9.2-2 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::suback, 0x26>},
    {"unsuback-with-a-reason-string", "UNSUBACK has a Reason String, whatever the client can take",
     "v5:MQTT-3.11.2-1 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::unsuback, 0x1F>},
    {"unsuback-with-user-properties", "UNSUBACK has a user property, whatever the client can take",
     "v5:MQTT-3.11.2-2 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::unsuback, 0x26>},
    {"disconnect-with-a-reason-string",
     "DISCONNECT has a Reason String, whatever the client can take",
     "v5:MQTT-3.14.2-3 v5:MQTT-3.1.2-24", "", talk<packet_type::disconnect, 0x1F>},
    {"disconnect-with-user-properties",
     "DISCONNECT has a user property, whatever the client can take",
     "v5:MQTT-3.14.2-4 v5:MQTT-3.1.2-24", "", talk<packet_type::disconnect, 0x26>},

    {"connack-of-311-with-a-code-of-5", "a CONNACK of 3.1.1 that refuses has the return code 0x87",
     "v311:MQTT-3.2.2-6 v311:MQTT-3.2.2-4 v311:format", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::connack || f.version == protocol_version::v5 ||
             f.octets.back() == 0) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         out.back() = 0x87;
         return out;
       };
     }},
    {"auth-with-a-reason-string", "AUTH has a Reason String, whatever the client can take",
     "v5:MQTT-3.15.2-2 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::auth, 0x1F>},
    {"auth-with-user-properties", "AUTH has a user property, whatever the client can take",
     "v5:MQTT-3.15.2-3 v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-29", "", talk<packet_type::auth, 0x26>},
    {"auth-unknown-code", "AUTH has a reason code that does not exist",
     "v5:MQTT-3.15.2-1 v5:MQTT-4.12.0-2 v5:v5-7.1.1-a", "", spoil<packet_type::auth, 2, 0x01>},
};

}  // namespace

std::span<const defect> packet_defects() {
  return table;
}

}  // namespace mqttspec::broker

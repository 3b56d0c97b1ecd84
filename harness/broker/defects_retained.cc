// Retained messages: stored, replaced, cleared, and what SUBSCRIBE brings.

#include <algorithm>

#include "broker/defects.h"
#include "model/topic.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using wire::property_id;

template <property_id Lost>
void without(rules& r) {
  r.retained_properties = [](const wire::property_list& list) {
    wire::property_list kept = list;
    std::erase_if(kept, [](const wire::property& p) { return p.id == Lost; });
    return kept;
  };
}

constexpr defect table[] = {
    {"retained-not-stored", "RETAIN 1 in PUBLISH has no effect",
     "v5:MQTT-3.3.1-5 v5:MQTT-3.3.1-9 v5:MQTT-3.3.1-10 v5:v5-3.8.4-b v5:MQTT-3.1.2-15 v5:v5-4.1-c "
     "v311:MQTT-3.3.1-5 v311:MQTT-3.3.1-6 v311:MQTT-3.1.2-17 v311:MQTT-3.1.2-7",
     "", [](rules& r) { r.retained_is_stored = [](const retained_facts&) { return false; }; }},
    {"every-message-retained", "stores messages with RETAIN 0 too",
     "v5:MQTT-3.3.1-8 v5:MQTT-3.1.2-14 v311:MQTT-3.3.1-12 v311:MQTT-3.1.2-16", "",
     [](rules& r) {
       r.retained_is_stored = [](const retained_facts& f) { return !f.empty_payload; };
     },
     sweeping},
    {"empty-message-retained", "stores an empty retained message instead of clearing",
     "v5:MQTT-3.3.1-6 v5:MQTT-3.3.1-7 v311:MQTT-3.3.1-10 v311:MQTT-3.3.1-11", "",
     [](rules& r) {
       r.retained_is_cleared = [](const retained_facts&) { return false; };
       r.retained_is_stored = [](const retained_facts& f) { return f.retain; };
     }},
    {"retained-not-cleared", "an empty retained message leaves the old one",
     "v5:MQTT-3.3.1-6 v311:MQTT-3.3.1-10", "",
     [](rules& r) { r.retained_is_cleared = [](const retained_facts&) { return false; }; }},
    {"clearing-not-forwarded", "an empty retained message is kept from the subscribers",
     "v5:MQTT-4.5.0-1 v5:MQTT-3.3.1-12 v311:MQTT-3.3.1-10 v311:MQTT-4.5.0-1", "",
     [](rules& r) { r.clearing_is_forwarded = [](const retained_facts&) { return false; }; }},
    {"retained-never-expires", "sends retained messages whose expiry has passed", "v5:v5-3.3.1.3-b",
     "https://github.com/eclipse/mosquitto/issues/1464",
     [](rules& r) { r.retained_is_expired = [](const copy_facts&) { return false; }; }},
    {"retained-sent-on-resume", "resuming a session brings all retained messages again",
     "v5:v5-4.1-c v311:MQTT-3.3.1-6 v5:v5-3.8.4-b v5:MQTT-3.1.2-5 v311:MQTT-3.1.2-4 "
     "v5:MQTT-3.3.1-9 "
     "v5:MQTT-3.3.1-10 v311:MQTT-3.3.1-9 "
     "v5:MQTT-3.3.1-12",
     "https://github.com/mochi-mqtt/server/commit/aac2454",
     [](rules& r) { r.retained_are_sent_on_resume = [](const match_facts&) { return true; }; }},
    {"retained-sent-for-new-subscriptions-only", "SUBSCRIBE for a held filter brings none",
     "v5:MQTT-3.3.1-9 v5:MQTT-3.8.4-4 v311:MQTT-3.8.4-3", "",
     [](rules& r) {
       r.retained_are_sent = [](const subscribe_facts& f) {
         return !f.existed && sound_rules().retained_are_sent(f);
       };
     }},
    {"retained-not-sent-for-wildcards", "filters with a wildcard bring no retained messages",
     "v5:MQTT-3.3.1-9 v311:MQTT-3.3.1-6", "",
     [](rules& r) {
       r.retained_are_sent = [](const subscribe_facts& f) {
         return !f.wildcard && sound_rules().retained_are_sent(f);
       };
     }},
    {"retain-handling-1-ignored", "Retain Handling 1 is taken for 0", "v5:MQTT-3.3.1-10", "",
     [](rules& r) {
       r.retained_are_sent = [](const subscribe_facts& f) {
         return !f.shared && f.retain_handling != 2;
       };
     }},
    {"retain-handling-2-ignored", "Retain Handling 2 is taken for 0",
     "v5:MQTT-3.3.1-11 v5:v5-3.8.4-b", "",
     [](rules& r) {
       r.retained_are_sent = [](const subscribe_facts& f) {
         return f.retain_handling == 2 || sound_rules().retained_are_sent(f);
       };
     }},
    {"retained-not-sent", "no subscription brings retained messages",
     "v5:MQTT-3.3.1-9 v5:MQTT-3.3.1-10 v5:v5-3.8.4-b v5:MQTT-3.8.4-4 v5:v5-3.3.1.3-c "
     "v5:MQTT-3.1.2-15 v311:MQTT-3.3.1-6 v311:MQTT-3.8.4-3 v311:MQTT-3.1.2-17 "
     "v311:MQTT-3.3.1-8 v5:MQTT-3.3.1-5 v311:MQTT-3.3.1-5 v5:v5-4.1-c v311:MQTT-3.1.2-7",
     "", [](rules& r) { r.retained_are_sent = [](const subscribe_facts&) { return false; }; }},

    {"retained-not-replaced", "a topic keeps its first retained message",
     "v5:MQTT-3.3.1-5 v311:MQTT-3.3.1-5 v311:MQTT-3.3.1-7", "",
     [](rules& r) {
       r.retained_is_stored = [](const retained_facts& f) {
         return !f.stored && sound_rules().retained_is_stored(f);
       };
     }},
    {"retained-qos0-leaves-the-old-one", "a retained message with QoS 0 replaces none",
     "v5:MQTT-3.3.1-5 v311:MQTT-3.3.1-7", "",
     [](rules& r) {
       r.retained_is_stored = [](const retained_facts& f) {
         return (f.qos > 0 || !f.stored) && sound_rules().retained_is_stored(f);
       };
     }},
    {"plain-message-clears-the-retained-one", "PUBLISH with RETAIN 0 removes the retained message",
     "v5:MQTT-3.3.1-8 v311:MQTT-3.3.1-12", "",
     [](rules& r) {
       r.retained_is_cleared = [](const retained_facts& f) { return !f.retain || f.empty_payload; };
     },
     sweeping},
    {"retained-with-the-publishers-qos-for-wildcards",
     "retained messages come to filters with a wildcard with the QoS of their publisher",
     "v5:MQTT-3.8.4-8 v311:MQTT-3.8.4-6", "",
     [](rules& r) {
       r.delivery_qos = [](const match_facts& f) {
         return f.stored_retained && f.wildcard ? f.published_qos : sound_rules().delivery_qos(f);
       };
     }},
    {"hundred-retained-messages-at-most", "SUBSCRIBE brings a hundred retained messages at most",
     "v5:MQTT-3.3.1-9 v311:MQTT-3.3.1-6", "",
     [](rules& r) {
       r.match_is_delivered = [](const match_facts& f) {
         return f.place < 100 && sound_rules().match_is_delivered(f);
       };
     }},
    {"retained-of-deeper-levels",
     "a + at the end of a filter brings retained messages of all levels below",
     "v5:MQTT-3.3.2-3 v5:v5-4.7.1-a v311:MQTT-3.3.2-3 v311:v311-4.7.1-a", "",
     [](rules& r) {
       r.retained_matches = [](const std::string_view& filter, const std::string_view& topic) {
         return matches(filter, topic) ||
                (filter.ends_with("/+") && topic.starts_with(filter.substr(0, filter.size() - 1)));
       };
     }},
    {"retained-without-user-property-order",
     "retained messages have their user properties reversed", "v5:MQTT-3.3.2-18", "",
     [](rules& r) {
       r.retained_properties = [](const wire::property_list& list) {
         return wire::property_list(list.rbegin(), list.rend());
       };
     }},
    {"retained-without-format", "retained messages lose their Payload Format Indicator",
     "v5:MQTT-3.3.2-4", "", without<property_id::payload_format_indicator>},
    {"retained-without-response-topic", "retained messages lose their Response Topic",
     "v5:MQTT-3.3.2-15", "", without<property_id::response_topic>},
    {"retained-without-correlation-data", "retained messages lose their Correlation Data",
     "v5:MQTT-3.3.2-16", "", without<property_id::correlation_data>},
    {"retained-without-user-properties", "retained messages lose their user properties",
     "v5:MQTT-3.3.2-17 v5:MQTT-3.3.2-18", "", without<property_id::user_property>},
    {"retained-without-content-type", "retained messages lose their Content Type",
     "v5:MQTT-3.3.2-20", "", without<property_id::content_type>},
};

}  // namespace

std::span<const defect> retained_defects() {
  return table;
}

}  // namespace mqttspec::broker

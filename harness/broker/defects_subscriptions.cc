// Subscriptions, their options, shares, and retained messages.

#include <algorithm>

#include "broker/defects.h"
#include "model/topic.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using wire::packet_type;

constexpr defect table[] = {
    // SUBSCRIBE.
    {"subscribe-not-answered", "SUBSCRIBE gets no SUBACK", "v5:MQTT-3.8.4-1 v311:MQTT-3.8.4-1", "",
     [](rules& r) { r.subscribe_is_answered = [](const subscribe_facts&) { return false; }; }},
    {"resubscribe-not-answered", "SUBSCRIBE for a filter that is held gets no SUBACK",
     "v5:MQTT-3.8.4-1 v311:MQTT-3.8.4-1 v5:MQTT-3.8.4-3 v311:MQTT-3.8.4-3", "",
     [](rules& r) {
       r.subscribe_is_answered = [](const subscribe_facts& f) { return !f.existed; };
     }},
    {"qos-of-subscription-lowered-in-silence", "grants QoS 2 in SUBACK and delivers with QoS 1",
     "v5:MQTT-3.8.4-8 v5:MQTT-3.8.4-7 v311:MQTT-3.8.4-6 v311:MQTT-3.8.4-5", "",
     [](rules& r) {
       r.delivery_qos = [](const match_facts& f) -> std::uint8_t {
         return std::min<std::uint8_t>({f.published_qos, f.granted_qos, 1});
       };
     }},
    {"granted-qos-ignored", "delivers with the QoS of the publisher",
     "v5:MQTT-3.8.4-8 v311:MQTT-3.8.4-6 v5:MQTT-4.8.2-3",
     "https://github.com/mochi-mqtt/server/commit/c77d1c0",
     [](rules& r) { r.delivery_qos = [](const match_facts& f) { return f.published_qos; }; }},
    {"published-qos-ignored", "delivers with the QoS of the subscription",
     "v5:MQTT-3.8.4-8 v311:MQTT-3.8.4-6 v311:v311-3.1.2.4-b v5:v5-4.1-b v5:v5-4.9-b "
     "v5:MQTT-4.3.1-1 v311:MQTT-4.3.1-1",
     "", [](rules& r) { r.delivery_qos = [](const match_facts& f) { return f.granted_qos; }; }},
    {"subscription-above-maximum-qos-refused",
     "refuses SUBSCRIBE with a QoS above the Maximum QoS that it announced", "v5:MQTT-3.2.2-10", "",
     [](rules& r) {
       r.granted_qos = [](const subscribe_facts& f) -> std::uint8_t {
         return f.requested_qos > f.maximum_qos ? 0x83 : f.requested_qos;
       };
     }},
    {"resubscribe-changes-nothing", "SUBSCRIBE for a filter that is held leaves its options",
     "v5:MQTT-3.8.4-3 v311:MQTT-3.8.4-3 v5:v5-3.8.2.1.2-b v5:v5-3.8.4-d", "",
     [](rules& r) { r.subscription_is_replaced = [](const subscribe_facts&) { return false; }; }},
    {"resubscribe-changes-the-qos-only",
     "SUBSCRIBE for a filter that is held changes its QoS and leaves the options",
     "v5:MQTT-3.8.4-3 v5:MQTT-3.8.3-3 v5:MQTT-3.3.1-12 v5:MQTT-3.3.1-13", "",
     [](rules& r) {
       r.replaced_options = [](const subscription_options& held,
                               const subscription_options& asked) {
         subscription_options changed = held;
         changed.max_qos = asked.max_qos;
         changed.identifier = asked.identifier;
         return changed;
       };
     }},
    {"resubscribe-leaves-the-qos", "SUBSCRIBE for a filter that is held changes all but its QoS",
     "v5:MQTT-3.8.4-3 v5:MQTT-3.8.4-8 v311:MQTT-3.8.4-3 v311:MQTT-3.8.4-6", "",
     [](rules& r) {
       r.replaced_options = [](const subscription_options& held,
                               const subscription_options& asked) {
         subscription_options changed = asked;
         changed.max_qos = held.max_qos;
         return changed;
       };
     }},
    {"resubscribe-loses-messages", "replacing a subscription drops what waits because of it",
     "v5:MQTT-3.8.4-4 v311:MQTT-3.8.4-3", "",
     [](rules& r) {
       r.resubscribe_drops_waiting = [](const subscribe_facts& f) { return f.existed; };
     }},
    {"suback-codes-reversed", "the codes of SUBACK and UNSUBACK are in reverse order",
     "v5:MQTT-3.9.3-1 v5:MQTT-3.11.3-1 v311:MQTT-3.9.3-1 v5:MQTT-3.8.4-7 v311:MQTT-3.8.4-5", "",
     [](rules& r) { r.reason_order_is_kept = [](const order_facts&) { return false; }; }},

    // UNSUBSCRIBE.
    {"unsubscribe-without-effect", "UNSUBSCRIBE is answered and does nothing",
     "v5:MQTT-3.10.4-2 v311:MQTT-3.10.4-2", "https://github.com/moquette-io/moquette/issues/50",
     [](rules& r) { r.unsubscribe_removes = [](const unsubscribe_facts&) { return false; }; }},
    {"unsubscribe-without-effect-after-a-resume",
     "UNSUBSCRIBE leaves what was subscribed before the session was resumed",
     "v5:MQTT-3.10.4-2 v311:MQTT-3.10.4-2", "",
     [](rules& r) {
       r.unsubscribe_removes = [](const unsubscribe_facts& f) { return f.existed && !f.resumed; };
     }},
    {"unsubscribe-removes-from-others",
     "UNSUBSCRIBE ends the subscriptions of all clients to that filter",
     "v5:MQTT-3.10.4-1 v5:MQTT-4.5.0-1 v5:MQTT-3.8.4-4 v311:MQTT-3.10.4-1 v311:MQTT-4.5.0-1 "
     "v311:MQTT-3.8.4-3",
     "",
     [](rules& r) {
       r.unsubscribe_removes_from_others = [](const unsubscribe_facts& f) { return !f.shared; };
     }},
    {"unsubscribe-matches-topics", "UNSUBSCRIBE removes every filter that its own one covers",
     "v5:MQTT-3.10.4-1 v311:MQTT-3.10.4-1", "",
     [](rules& r) {
       r.unsubscribe_matches = [](const std::string_view& asked, const std::string_view& held) {
         return held == asked ||
                held.substr(0, held.rfind('/')) == asked.substr(0, asked.rfind('/'));
       };
     }},
    {"unsubscribe-drops-in-flight", "UNSUBSCRIBE breaks off deliveries that have begun",
     "v5:MQTT-3.10.4-3 v311:MQTT-3.10.4-3", "",
     [](rules& r) {
       r.unsubscribe_drops_in_flight = [](const unsubscribe_facts&) { return true; };
     }},
    {"unsubscribe-of-nothing-not-answered", "UNSUBSCRIBE for an unknown filter gets no UNSUBACK",
     "v5:MQTT-3.10.4-5 v5:MQTT-3.10.4-4 v311:MQTT-3.10.4-5", "",
     [](rules& r) {
       r.unsubscribe_is_answered = [](const unsubscribe_facts& f) { return f.existed; };
     }},
    {"unsubscribe-not-answered", "UNSUBSCRIBE gets no UNSUBACK",
     "v5:MQTT-3.10.4-4 v5:MQTT-3.10.4-5 v311:MQTT-3.10.4-4 v311:MQTT-3.10.4-5", "",
     [](rules& r) { r.unsubscribe_is_answered = [](const unsubscribe_facts&) { return false; }; }},

    // Options.
    {"no-local-ignored", "sends clients their own messages although they asked for No Local",
     "v5:MQTT-3.8.3-3 v5:v5-4.1-b", "",
     [](rules& r) { r.match_is_delivered = [](const match_facts&) { return true; }; }},
    {"no-local-lost-on-resume", "No Local is forgotten when the session is resumed",
     "v5:MQTT-3.8.3-3 v5:v5-4.1-b", "https://github.com/bytebeamio/rumqtt",
     [](rules& r) {
       r.options_after_resume = [](const subscription_options& o) {
         subscription_options changed = o;
         changed.no_local = false;
         return changed;
       };
     }},
    {"retain-as-published-lost-on-resume", "Retain As Published is forgotten on resume",
     "v5:MQTT-3.3.1-13 v5:v5-4.1-b", "https://github.com/vernemq/vernemq/issues/2551",
     [](rules& r) {
       r.options_after_resume = [](const subscription_options& o) {
         subscription_options changed = o;
         changed.retain_as_published = false;
         return changed;
       };
     }},
    {"retain-as-published-lost-while-away",
     "queued copies have RETAIN 0, Retain As Published or not", "v5:MQTT-3.3.1-13",
     "https://github.com/vernemq/vernemq/issues/2551",
     [](rules& r) {
       r.retain_flag = [](const match_facts& f) {
         return f.stored_retained || (f.retain_as_published && f.published_retain && f.connected);
       };
     }},
    {"retain-as-published-ignored", "RETAIN is cleared, Retain As Published or not",
     "v5:MQTT-3.3.1-13 v5:v5-4.1-b", "",
     [](rules& r) { r.retain_flag = [](const match_facts& f) { return f.stored_retained; }; }},
    {"retain-always-as-published",
     "RETAIN is passed on to subscriptions without Retain As Published",
     "v5:MQTT-3.3.1-12 v311:MQTT-3.3.1-9 v311:MQTT-3.3.1-10 v5:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.retain_flag = [](const match_facts& f) { return f.stored_retained || f.published_retain; };
     }},
    {"retained-without-flag", "messages sent because of SUBSCRIBE have RETAIN 0",
     "v5:v5-3.3.1.3-c v311:MQTT-3.3.1-8", "",
     [](rules& r) {
       r.retain_flag = [](const match_facts& f) {
         return f.retain_as_published && f.published_retain && !f.stored_retained;
       };
     }},
    {"granted-qos-lost-on-resume", "a resumed session has QoS 0 for all of its subscriptions",
     "v5:MQTT-3.8.4-8 v5:v5-4.1-b v5:MQTT-3.1.2-5 v311:MQTT-3.8.4-6 v311:v311-3.1.2.4-b "
     "v311:MQTT-3.1.2-4",
     "",
     [](rules& r) {
       r.options_after_resume = [](const subscription_options& o) {
         subscription_options changed = o;
         changed.max_qos = 0;
         return changed;
       };
     },
     sweeping},
    {"overlap-at-the-lowest-qos", "of overlapping subscriptions the one with the lowest QoS counts",
     "v5:MQTT-3.3.4-2 v311:MQTT-3.3.5-1", "",
     [](rules& r) {
       r.overlap_qos = [](const std::uint8_t& a, const std::uint8_t& b) { return std::min(a, b); };
     }},
    {"overlap-at-the-first-qos", "of overlapping subscriptions the one that is found first counts",
     "v5:MQTT-3.3.4-2 v311:MQTT-3.3.5-1", "",
     [](rules& r) {
       r.overlap_qos = [](const std::uint8_t& a, const std::uint8_t&) { return a; };
     }},
    {"identifier-not-sent", "Subscription Identifiers are stored and never sent",
     "v5:MQTT-3.3.4-3 v5:MQTT-3.3.4-4 v5:MQTT-3.3.4-5 v5:v5-3.8.4-d v5:v5-3.3.4-d v5:v5-3.3.4-e "
     "v5:v5-4.1-b",
     "", [](rules& r) { r.identifier_is_attached = [](const match_facts&) { return false; }; }},
    {"identifier-of-first-match-only", "of overlapping subscriptions one identifier is sent",
     "v5:MQTT-3.3.4-4 v5:MQTT-3.3.4-3 v5:v5-3.3.4-d v5:MQTT-3.3.4-5",
     "https://github.com/vernemq/vernemq/issues/1287",
     [](rules& r) {
       r.identifier_is_attached = [](const match_facts& f) {
         return f.has_identifier && f.first_match;
       };
     }},
    {"identifier-lost-while-away", "queued copies have no Subscription Identifier",
     "v5:MQTT-3.3.4-3 v5:MQTT-3.3.4-4 v5:MQTT-3.3.4-5 v5:v5-3.8.4-d v5:v5-4.1-b", "",
     [](rules& r) {
       r.identifier_is_attached = [](const match_facts& f) {
         return f.has_identifier && f.connected;
       };
     }},
    {"identifier-lost-on-resume", "Subscription Identifiers are forgotten on resume",
     "v5:MQTT-3.3.4-3 v5:v5-3.8.4-d v5:v5-4.1-b", "https://github.com/bytebeamio/rumqtt",
     [](rules& r) {
       r.options_after_resume = [](const subscription_options& o) {
         subscription_options changed = o;
         changed.identifier.reset();
         return changed;
       };
     }},
    {"identifier-not-replaced", "SUBSCRIBE for a filter that is held leaves its identifier",
     "v5:v5-3.8.2.1.2-b v5:v5-3.8.4-d v5:MQTT-3.8.4-3 v5:v5-3.8.4-e", "",
     [](rules& r) {
       r.replaced_options = [](const subscription_options& held,
                               const subscription_options& asked) {
         subscription_options changed = asked;
         changed.identifier = held.identifier;
         return changed;
       };
     }},
    {"equal-identifiers-told-once",
     "an identifier that two matching subscriptions share is sent once", "v5:v5-3.3.4-d", "",
     [](rules& r) { r.equal_identifiers_are_kept = [](const match_facts&) { return false; }; }},
    {"identifier-lost-when-sent-again",
     "a message that is sent again has no Subscription Identifier", "v5:MQTT-3.3.4-3", "",
     [](rules& r) { r.identifiers_are_sent = [](const copy_facts& f) { return !f.sent_before; }; }},
    {"identifier-not-on-retained", "retained messages come without the Subscription Identifier",
     "v5:MQTT-3.3.4-3", "",
     [](rules& r) {
       r.identifier_is_attached = [](const match_facts& f) {
         return f.has_identifier && !f.stored_retained;
       };
     }},
    {"wildcards-match-dollar-topics", "filters that begin with a wildcard match $ topics",
     "v5:MQTT-4.7.2-1 v311:MQTT-4.7.2-1", "",
     [](rules& r) {
       r.filter_may_match = [](const std::string_view&, const std::string_view&) { return true; };
     }},

    // Shares.
    {"share-reaches-everybody", "every member of a share gets every message",
     "v5:v5-4.8.2-a v5:v5-4.8.2-b", "",
     [](rules& r) { r.share_reaches_every_member = [](const share_facts&) { return true; }; }},
    {"share-delivers-nothing", "no member of a share gets anything",
     "v5:v5-4.8.2-a v5:v5-4.8.2-b v5:MQTT-4.5.0-1 v5:v5-4.1-b", "",
     [](rules& r) { r.share_member_is_eligible = [](const share_facts&) { return false; }; },
     sweeping},
    {"share-without-absent-members", "messages for a share whose members are all away are lost",
     "v5:v5-4.8.2-a v5:v5-4.8.2-b v5:MQTT-4.5.0-1 v5:v5-4.1-b v5:MQTT-3.3.4-3 v5:v5-3.3.4-e",
     "https://github.com/nanomq/nanomq/issues/2355",
     [](rules& r) {
       r.share_member_is_eligible = [](const share_facts& f) { return f.connected; };
     }},
    {"share-is-one-with-own-subscription",
     "a member of a share that has the filter itself as well gets one copy for both",
     "v5:v5-4.8.2-e v5:v5-4.8.2-a v5:MQTT-3.3.4-3", "",
     [](rules& r) { r.share_is_apart_from_own = [](const share_facts& f) { return !f.has_own; }; }},
    {"share-counts-members-twice",
     "a member of a share that subscribes twice gets every message twice",
     "v5:v5-4.8.2-d v5:v5-4.8.2-a", "",
     [](rules& r) { r.share_counts_member_once = [](const match_facts&) { return false; }; }},
    {"members-of-a-share-survive-expiry",
     "a member whose session has expired is still given messages of the share", "v5:v5-4.8.2-b", "",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::expiry || f.part != state_part::subscriptions;
       };
       r.share_member_is_eligible = [](const share_facts&) { return true; };
     },
     sweeping},
    {"share-passes-qos2-on", "QoS 2 that a member has begun goes to another one",
     "v5:MQTT-4.8.2-5 v5:MQTT-4.8.2-4", "",
     [](rules& r) { r.share_passes_on = [](const share_facts&) { return true; }; }},
    {"share-passes-nothing-on",
     "what a member of a share did not acknowledge ends with its session", "v5:v5-4.8.2-c",
     "https://github.com/eclipse/mosquitto/issues/2662",
     [](rules& r) { r.share_passes_on = [](const share_facts&) { return false; }; }},
    {"unsubscribe-empties-share", "one member's UNSUBSCRIBE detaches all members of the share",
     "v5:v5-3.10.4-b v5:v5-4.8.2-b", "https://issues.apache.org/jira/browse/ARTEMIS-4145",
     [](rules& r) { r.unsubscribe_empties_share = [](const unsubscribe_facts&) { return true; }; }},
    {"share-with-retained", "a subscription to a share brings retained messages", "v5:v5-3.8.4-b",
     "",
     [](rules& r) {
       r.retained_are_sent = [](const subscribe_facts& f) {
         return f.retain_handling == 0 || (f.retain_handling == 1 && !f.existed);
       };
     }},

    // Topics and filters, and which match.
    {"byte-order-mark-dropped", "U+FEFF is left out of topics and filters",
     "v5:MQTT-1.5.4-3 v5:MQTT-4.7.3-4 v311:MQTT-1.5.3-3 v311:MQTT-4.7.3-4", "",
     [](rules& r) {
       r.text_as_taken = [](const std::string& text) {
         std::string out = text;
         for (std::size_t at = 0; (at = out.find("\xEF\xBB\xBF", at)) != out.npos;)
           out.erase(at, 3);
         return out;
       };
     }},
    {"topics-without-case", "letters of topics and filters are taken for small ones",
     "v5:v5-4.7.3-a v5:MQTT-4.7.3-4 v311:v311-4.7.3-a v311:MQTT-4.7.3-4", "",
     [](rules& r) {
       r.text_as_taken = [](const std::string& text) {
         std::string out = text;
         std::transform(out.begin(), out.end(), out.begin(), [](char c) {
           return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
         });
         return out;
       };
     }},
    {"empty-levels-dropped", "two slashes in topics and filters are taken for one",
     "v5:v5-4.7.3-a v5:v5-4.7.1-a v5:MQTT-4.7.3-4 v311:v311-4.7.3-a v311:v311-4.7.1-a "
     "v311:MQTT-4.7.3-4",
     "",
     [](rules& r) {
       r.text_as_taken = [](const std::string& text) {
         std::string out = text;
         for (std::size_t at = 0; (at = out.find("//", at)) != out.npos;) out.erase(at, 1);
         return out;
       };
     }},
    {"trailing-slash-dropped", "a slash at the end of topics and filters is left out",
     "v5:v5-4.7.3-a v5:v5-4.7.1-a v5:MQTT-4.7.3-4 v311:v311-4.7.3-a v311:v311-4.7.1-a "
     "v311:MQTT-4.7.3-4",
     "",
     [](rules& r) {
       r.text_as_taken = [](const std::string& text) {
         return text.size() > 1 && text.back() == '/' ? text.substr(0, text.size() - 1) : text;
       };
     }},
    {"leading-slash-dropped", "a slash at the beginning of topics and filters is left out",
     "v5:v5-4.7.3-a v5:v5-4.7.1-a v5:MQTT-4.7.3-4 v311:v311-4.7.3-a v311:v311-4.7.1-a "
     "v311:MQTT-4.7.3-4",
     "",
     [](rules& r) {
       r.text_as_taken = [](const std::string& text) {
         return text.size() > 1 && text.front() == '/' ? text.substr(1) : text;
       };
     }},
    {"blanks-dropped", "blanks are left out of topics and filters",
     "v5:v5-4.7.3-a v5:MQTT-4.7.3-4 v311:v311-4.7.3-a v311:MQTT-4.7.3-4", "",
     [](rules& r) {
       r.text_as_taken = [](const std::string& text) {
         std::string out = text;
         std::erase(out, ' ');
         return out;
       };
     }},
    {"topics-are-normalised", "U+0065 U+0301 is taken for U+00E9 in topics and filters",
     "v5:MQTT-4.7.3-4 v311:MQTT-4.7.3-4", "",
     [](rules& r) {
       r.text_as_taken = [](const std::string& text) {
         std::string out = text;
         for (std::size_t at = 0; (at = out.find("e\xCC\x81", at)) != out.npos;) {
           out.replace(at, 3, "\xC3\xA9");
         }
         return out;
       };
     }},
    {"hash-without-its-parent", "a/# does not match a", "v5:v5-4.7.1-a v311:v311-4.7.1-a", "",
     [](rules& r) {
       r.match_counts = [](const std::string_view& filter, const std::string_view& topic) {
         return !filter.ends_with("/#") || level_count(topic) >= level_count(filter);
       };
     },
     sweeping},
    {"plus-without-empty-levels", "+ does not match an empty level",
     "v5:v5-4.7.1-a v311:v311-4.7.1-a", "",
     [](rules& r) {
       r.match_counts = [](const std::string_view& filter, const std::string_view& topic) {
         std::string_view wanted = filter;
         std::string_view rest = topic;
         bool more = true;
         while (more && !wanted.empty()) {
           const std::string_view level = next_level(wanted, more);
           bool in_topic = true;
           if (next_level(rest, in_topic).empty() && level == "+") return false;
         }
         return true;
       };
     }},
    {"hash-matches-one-level-only", "# matches one level and no deeper ones",
     "v5:v5-4.7.1-a v311:v311-4.7.1-a v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.match_counts = [](const std::string_view& filter, const std::string_view& topic) {
         return !filter.ends_with("/#") || level_count(topic) <= level_count(filter);
       };
     }},

    {"hash-without-the-next-level", "a/# does not match the topics right below a",
     "v5:v5-4.7.1-a v311:v311-4.7.1-a v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.match_counts = [](const std::string_view& filter, const std::string_view& topic) {
         return !filter.ends_with("/#") || level_count(topic) != level_count(filter);
       };
     },
     sweeping},
    {"levels-below-the-fifth-overlooked", "the sixth level of a topic and those below do not count",
     "v5:MQTT-3.3.2-3 v5:v5-4.7.1-a v311:MQTT-3.3.2-3 v311:v311-4.7.1-a v5:MQTT-4.5.0-1 "
     "v311:MQTT-4.5.0-1",
     "",
     [](rules& r) {
       r.matched_as = [](const std::string_view& topic) {
         std::size_t end = 0;
         for (int level = 0; level < 5 && end != topic.npos; ++level)
           end = topic.find('/', end + 1);
         return topic.substr(0, end);
       };
     }},

    // Several filters in one packet, and what answers them.
    {"first-filter-of-subscribe-only", "grants all filters of a SUBSCRIBE and holds the first",
     "v5:MQTT-3.8.4-5 v311:MQTT-3.8.4-4 v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.filter_is_taken = [](const list_facts& f) {
         return f.packet != packet_type::subscribe || f.place == 0;
       };
     },
     sweeping},
    {"first-filter-of-unsubscribe-only", "removes the first filter of an UNSUBSCRIBE only",
     "v5:MQTT-3.10.4-6 v311:MQTT-3.10.4-6 v5:MQTT-3.10.4-2 v311:MQTT-3.10.4-2", "",
     [](rules& r) {
       r.filter_is_taken = [](const list_facts& f) {
         return f.packet != packet_type::unsubscribe || f.place == 0;
       };
     }},
    {"unsubscribe-says-that-nothing-was-there",
     "UNSUBACK says No subscription existed of a subscription that it removes",
     "v5:MQTT-3.11.3-2 v5:MQTT-3.11.3-1 v5:MQTT-3.10.4-4 v5:v5-3.10.4-b v5:v5-4.8.2-d", "",
     [](rules& r) {
       r.unsubscribe_reason = [](const unsubscribe_facts&) -> std::uint8_t { return 0x11; };
     }},
    {"shares-of-one-filter-are-one", "of several shares one gets a message",
     "v5:v5-4.8.2-a v5:v5-4.8.2-e", "",
     [](rules& r) { r.share_is_served = [](const share_facts& f) { return !f.another_served; }; }},
    {"share-with-the-publishers-qos",
     "members of a share get messages with the QoS of the publisher",
     "v5:MQTT-4.8.2-3 v5:MQTT-3.8.4-8", "",
     [](rules& r) {
       r.delivery_qos = [](const match_facts& f) {
         return f.shared ? f.published_qos : sound_rules().delivery_qos(f);
       };
     }},
};

}  // namespace

std::span<const defect> subscription_defects() {
  return table;
}

}  // namespace mqttspec::broker

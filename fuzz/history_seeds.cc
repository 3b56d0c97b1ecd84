// Histories that broke brokers, a seed each, for the targets session and model_pair. Actions have
// no words for packets: `replay --explain session FILE` tells what a seed does.

#include "fuzz/history.h"
#include "fuzz/seeds.h"

namespace mqttspec::fuzz {

namespace {

using enum action_kind;
using builder = history_builder;

// Choices of the tables in history.cc.
constexpr unsigned one_second = 2, five_seconds = 3, one_minute = 4, for_ever = 6;
constexpr unsigned wait_1s = 4, wait_2s = 5, wait_5s = 6, wait_61s = 9, wait_1h = 10;
constexpr unsigned delay_1s = 1, delay_5s = 2, delay_1h = 3;
constexpr unsigned on_a = 0, on_a_b = 1, on_w = 4, on_dollar = 5;  // topics
constexpr unsigned to_a = 0, to_all = 1, to_a_all = 3, to_w = 6;   // filters
constexpr unsigned to_share_a_b = 12, to_share_all = 13;
constexpr unsigned qos1 = 1, qos2 = 2, no_local = 4, identifier = 0x40, as_published = 8;

// Bits of the settings.
constexpr std::uint8_t qos0_queued = 4, drop_oldest = 8, overflow_closes = 16, small_queue = 32,
                       at_release = 64, small_window = 128;
constexpr std::uint8_t a_is_v311 = 1, both_v311 = 3, small_receive_maximum = 16, short_expiry = 32,
                       maximum_qos_1 = 64, retain_missing = 128;
constexpr std::uint8_t server_keep_alive = 2, forgets = 4, no_aliases = 8, small_packets = 16;

connect_choice keeps(unsigned expiry = one_minute) {
  return {.expiry = expiry};
}
connect_choice keeps_with_window(unsigned choice) {
  return {.expiry = one_minute, .receive_maximum = choice};
}
const connect_choice fresh{.clean = true};

// a keeps a session with |filter|; b is there to publish.
builder pair(unsigned filter, unsigned options, std::uint8_t broker = 0, std::uint8_t limits = 0) {
  builder h(2, broker, limits);
  h.connect(0, keeps()).add(subscribe, 0, filter, options).connect(1, fresh);
  return h;
}

}  // namespace

std::vector<seed> history_seeds() {
  std::vector<seed> out;
  const auto add = [&](const char* name, const builder& h) {
    out.push_back({"session", name, h.input()});
    out.push_back({"model_pair", name, h.input()});
  };

  add("publish-to-oneself-at-each-qos", builder(1)
                                            .connect(0, fresh)
                                            .add(subscribe, 0, to_all, qos2)
                                            .publish(0, on_a, 0)
                                            .publish(0, on_a, 1)
                                            .publish(0, on_a, 2)
                                            .add(answer_all)
                                            .add(release)
                                            .add(answer_all));
  add("queued-while-away-then-in-order", pair(to_a, qos1)
                                             .add(cut, 0)
                                             .publish(1, on_a, 1, false, 8)
                                             .connect(0, keeps())
                                             .add(answer_all, 0));
  add("qos2-cut-before-pubcomp-resumed", pair(to_a, qos2)
                                             .publish(1, on_a, 2)
                                             .add(answer_one, 0)
                                             .add(cut, 0)
                                             .connect(0, keeps())
                                             .add(answer_all, 0));
  add("qos2-cut-before-pubcomp-resumed-v311", pair(to_a, qos2, 0, both_v311)
                                                  .publish(1, on_a, 2)
                                                  .add(answer_one, 0)
                                                  .add(cut, 0)
                                                  .connect(0, keeps())
                                                  .add(answer_all, 0));
  add("qos2-received-three-times-before-pubrel", pair(to_a, qos2)
                                                     .publish(1, on_a, 2)
                                                     .add(publish_again, 1)
                                                     .add(publish_again, 1)
                                                     .add(release, 1)
                                                     .add(release, 1)
                                                     .add(answer_all, 0));
  add("qos2-received-again-after-resumption", builder(2)
                                                  .connect(0, keeps())
                                                  .connect(1, keeps())
                                                  .add(subscribe, 0, to_a, qos2)
                                                  .publish(1, on_a, 2)
                                                  .add(cut, 1)
                                                  .connect(1, keeps())
                                                  .add(publish_again, 1)
                                                  .add(release, 1)
                                                  .add(answer_all, 0));
  add("qos2-forwarded-at-pubrel-out-of-order", pair(to_a, qos2, at_release)
                                                   .publish(1, on_a, 2, false, 3)
                                                   .add(release, 1, 2)
                                                   .add(release, 1, 0)
                                                   .add(release, 1, 0)
                                                   .add(answer_all, 0));
  {
    builder h = pair(to_a, qos2);
    for (int i = 0; i < 8; ++i) h.publish(1, on_a, 2).add(cut, 0).connect(0, keeps());
    add("qos2-killed-eight-times", h.add(answer_all, 0));
  }
  add("takeover-brings-a-new-receive-maximum", pair(to_a, qos1)
                                                   .publish(1, on_a, 1, false, 5)
                                                   .connect(0, keeps_with_window(1))
                                                   .add(answer_one, 0)
                                                   .connect(0, keeps_with_window(3))
                                                   .add(answer_all, 0));
  add("receive-maximum-one-then-four", builder(2)
                                           .connect(0, keeps_with_window(1))
                                           .add(subscribe, 0, to_a, qos1)
                                           .connect(1, fresh)
                                           .publish(1, on_a, 1, false, 5)
                                           .add(cut, 0)
                                           .connect(0, keeps_with_window(3))
                                           .add(answer_all, 0));
  add("qos0-overtakes-nothing-in-the-window", builder(2, qos0_queued)
                                                  .connect(0, keeps_with_window(1))
                                                  .add(subscribe, 0, to_all, qos1)
                                                  .add(cut, 0)
                                                  .connect(1, fresh)
                                                  .publish(1, on_a, 1, false, 2)
                                                  .publish(1, on_a_b, 0)
                                                  .connect(0, keeps_with_window(1))
                                                  .publish(1, on_a_b, 0)
                                                  .add(answer_all, 0));
  add("inbound-above-receive-maximum", builder(1, 0, small_receive_maximum)
                                           .connect(0, fresh)
                                           .publish(0, on_a, 2, false, 2)
                                           .add(publish_again, 0)
                                           .publish(0, on_a, 2));
  add("takeover-with-will-delay-zero",
      builder(2)
          .connect(1, fresh)
          .add(subscribe, 1, to_all, qos2)
          .connect(0, {.expiry = one_minute, .will = true, .will_qos = 1})
          .connect(0, keeps())
          .add(answer_all, 1));
  add("will-delay-with-expiry-zero", builder(2)
                                         .connect(1, fresh)
                                         .add(subscribe, 1, to_all, qos1)
                                         .connect(0, {.will = true, .will_delay = delay_5s})
                                         .add(cut, 0)
                                         .add(wait, 0, wait_5s));
  add("will-delay-above-expiry",
      builder(2)
          .connect(1, fresh)
          .add(subscribe, 1, to_all, qos1)
          .connect(0, {.expiry = one_second, .will = true, .will_qos = 1, .will_delay = delay_1h})
          .add(cut, 0)
          .add(wait_deadline)
          .add(wait, 0, wait_1s)
          .connect(0, keeps()));
  add("will-cancelled-by-resumption",
      builder(2)
          .connect(1, fresh)
          .add(subscribe, 1, to_all, qos1)
          .connect(0, {.expiry = one_minute, .will = true, .will_delay = delay_5s})
          .add(cut, 0)
          .add(wait, 0, wait_1s)
          .connect(0, keeps())
          .add(wait, 0, wait_61s));
  add("will-fired-by-clean-start",
      builder(2)
          .connect(1, fresh)
          .add(subscribe, 1, to_all, qos1)
          .connect(
              0, {.expiry = one_minute, .will = true, .will_retain = true, .will_delay = delay_5s})
          .add(cut, 0)
          .connect(0, fresh)
          .add(subscribe, 0, to_all, qos1));
  add("will-after-clean-disconnect-is-gone",
      builder(2)
          .connect(1, fresh)
          .add(subscribe, 1, to_all, qos1)
          .connect(0, {.expiry = one_minute, .will = true, .will_delay = delay_1s})
          .add(disconnect, 0)
          .add(wait, 0, wait_2s)
          .connect(0, keeps())
          .add(cut, 0)
          .add(wait, 0, wait_2s));
  add("will-after-disconnect-with-will", builder(2)
                                             .connect(1, fresh)
                                             .add(subscribe, 1, to_w, qos1)
                                             .connect(0, {.will = true})
                                             .add(disconnect, 0, 1));
  add("will-of-a-killed-broker",
      builder(2)
          .connect(1, keeps())
          .add(subscribe, 1, to_all, qos1)
          .connect(0, {.expiry = one_minute, .will = true, .will_qos = 1, .will_delay = delay_1s})
          .add(restart, 0, 0, wait_2s)
          .connect(1, keeps())
          .add(answer_all, 1));
  add("session-expires-while-away", pair(to_a, qos1)
                                        .connect(0, {.expiry = five_seconds})
                                        .add(cut, 0)
                                        .publish(1, on_a, 1)
                                        .add(wait, 0, wait_5s)
                                        .connect(0, keeps())
                                        .publish(1, on_a, 1));
  add("session-expiry-granted-is-shorter", builder(1, 0, short_expiry)
                                               .connect(0, keeps(for_ever))
                                               .add(subscribe, 0, to_a, qos1)
                                               .add(cut, 0)
                                               .add(wait, 0, wait_61s)
                                               .connect(0, keeps()));
  add("expiry-zero-ends-with-the-connection", builder(2)
                                                  .connect(0, {})
                                                  .add(subscribe, 0, to_a, qos1)
                                                  .add(cut, 0)
                                                  .connect(1, fresh)
                                                  .publish(1, on_a, 1)
                                                  .connect(0, {}));
  add("expiry-raised-from-zero-at-disconnect", builder(1)
                                                   .connect(0, {.will = true})
                                                   .add(disconnect, 0, one_minute << 1)
                                                   .connect(0, keeps()));
  add("expiry-lowered-at-disconnect", builder(1)
                                          .connect(0, keeps())
                                          .add(subscribe, 0, to_a, qos1)
                                          .add(disconnect, 0, one_second << 1)
                                          .add(wait, 0, wait_1s)
                                          .connect(0, keeps()));
  add("expiry-dropped-to-zero-at-disconnect",
      builder(1).connect(0, keeps()).add(disconnect, 0, 1 << 1).connect(0, keeps()));
  add("clean-start-clears-an-old-session", pair(to_a, qos2)
                                               .publish(1, on_a, 2, false, 2)
                                               .add(answer_one, 0)
                                               .add(cut, 0)
                                               .connect(0, {.clean = true, .expiry = one_minute})
                                               .publish(1, on_a, 1)
                                               .add(cut, 0)
                                               .connect(0, keeps()));
  add("takeover-many-times", builder(1)
                                 .connect(0, keeps())
                                 .connect(0, keeps())
                                 .connect(0, fresh)
                                 .connect(0, keeps())
                                 .connect(0, {})
                                 .connect(0, keeps()));
  add("takeover-with-a-clean-session-and-a-will",
      builder(2, 0, both_v311)
          .connect(1, fresh)
          .add(subscribe, 1, to_all, qos1)
          .connect(0, {.clean = true, .will = true, .will_qos = 2})
          .connect(0, {.clean = true, .will = true})
          .add(answer_all, 1));
  add("packet-ids-of-resumed-and-new-messages", pair(to_a, qos1)
                                                    .publish(1, on_a, 1, false, 3)
                                                    .add(cut, 0)
                                                    .publish(1, on_a, 1, false, 3)
                                                    .connect(0, keeps())
                                                    .publish(1, on_a, 1, false, 3)
                                                    .add(answer_all, 0));
  add("acknowledgements-of-the-wrong-kind", pair(to_a, qos2)
                                                .publish(1, on_a, 1)
                                                .publish(1, on_a, 2)
                                                .add(stray, 0, 0, 1)
                                                .add(stray, 0, 1, 0)
                                                .add(stray, 0, 3, 1)
                                                .add(stray, 0, 2, 9)
                                                .add(answer_all, 0));
  add("pubrec-with-an-error-ends-it", pair(to_a, qos2)
                                          .publish(1, on_a, 2, false, 2)
                                          .add(answer_one, 0, 0, 1)
                                          .add(answer_all, 0)
                                          .add(cut, 0)
                                          .connect(0, keeps()));
  add("queue-full-drops-the-newest", pair(to_a, qos1, small_queue)
                                         .add(cut, 0)
                                         .publish(1, on_a, 1, false, 5)
                                         .connect(0, keeps())
                                         .add(answer_all, 0));
  add("queue-full-drops-the-oldest", pair(to_a, qos1, small_queue | drop_oldest)
                                         .add(cut, 0)
                                         .publish(1, on_a, 1, false, 5)
                                         .connect(0, keeps())
                                         .add(answer_all, 0));
  add("queue-full-closes-the-connection", builder(2, small_queue | overflow_closes)
                                              .connect(0, keeps_with_window(1))
                                              .add(subscribe, 0, to_a, qos1)
                                              .connect(1, fresh)
                                              .publish(1, on_a, 1, false, 6)
                                              .connect(0, keeps())
                                              .add(answer_all, 0));
  add("expired-message-blocks-nothing", pair(to_a, qos1)
                                            .add(cut, 0)
                                            .add(publish, 1, on_a | qos1 << 3 | 0x80)
                                            .publish(1, on_a, 1)
                                            .add(wait, 0, wait_2s)
                                            .connect(0, keeps())
                                            .add(answer_all, 0));
  add("expired-in-flight-is-still-repeated", pair(to_a, qos2)
                                                 .add(publish, 1, on_a | qos2 << 3 | 0x80)
                                                 .add(cut, 0)
                                                 .add(wait, 0, wait_5s)
                                                 .connect(0, keeps())
                                                 .add(answer_all, 0));
  add("share-member-leaves-with-messages", builder(3)
                                               .connect(0, keeps())
                                               .connect(2, keeps())
                                               .add(subscribe, 0, to_share_a_b, qos1)
                                               .add(subscribe, 2, to_share_a_b, qos1)
                                               .connect(1, fresh)
                                               .publish(1, on_a_b, 1, false, 4)
                                               .add(cut, 0)
                                               .publish(1, on_a_b, 1, false, 2)
                                               .add(unsubscribe, 2, to_share_a_b)
                                               .connect(0, keeps())
                                               .add(answer_all, 0));
  add("share-beside-a-plain-subscription", pair(to_a_all, qos1)
                                               .add(subscribe, 0, to_share_all, qos2)
                                               .publish(1, on_a_b, 2, false, 2)
                                               .add(answer_all, 0)
                                               .add(unsubscribe, 0, to_a_all)
                                               .publish(1, on_a_b, 2));
  add("overlapping-with-identifiers", pair(to_all, identifier)
                                          .add(subscribe, 0, to_a, qos2 | identifier)
                                          .add(subscribe, 0, to_a_all, qos1 | as_published)
                                          .publish(1, on_a, 2, true)
                                          .add(answer_all, 0));
  add("no-local-and-retained", builder(1)
                                   .connect(0, keeps())
                                   .publish(0, on_a, 1, true)
                                   .add(subscribe, 0, to_all, qos1 | no_local)
                                   .add(subscribe, 0, to_all, qos1 | no_local | 1 << 4)
                                   .add(subscribe, 0, to_a, qos1 | 2 << 4)
                                   .add(publish, 0, on_a | 0x20 | 0x40));
  add("retained-is-not-repeated-at-resumption", pair(to_a, qos1)
                                                    .publish(1, on_a, 1, true)
                                                    .add(answer_all, 0)
                                                    .connect(0, keeps())
                                                    .add(subscribe, 0, to_a, qos1 | 1 << 4));
  add("aliases-end-with-the-connection", builder(2)
                                             .connect(0, fresh)
                                             .add(subscribe, 0, to_all, qos1)
                                             .connect(1, keeps())
                                             .add(publish, 1, on_a | qos1 << 3, 1)
                                             .add(publish, 1, on_a | qos1 << 3, 2)
                                             .connect(1, keeps())
                                             .add(publish, 1, on_a | qos1 << 3, 2));
  add("hidden-from-hash", pair(to_all, qos1).publish(1, on_dollar, 1).publish(1, on_w, 1));
  add("version-differs-between-publisher-and-subscriber",
      pair(to_all, qos2, 0, a_is_v311)
          .add(publish, 1, on_a | qos2 << 3 | 0x80)
          .add(answer_all, 0)
          .add(cut, 0)
          .add(publish, 1, on_a | qos2 << 3 | 0x80)
          .connect(0, keeps())
          .add(answer_all, 0));
  add("restart-keeps-sessions", pair(to_a, qos2)
                                    .publish(1, on_a, 2, false, 2)
                                    .add(answer_one, 0)
                                    .add(restart, 0, 1, wait_1s)
                                    .connect(0, keeps())
                                    .add(answer_all, 0));

  add("will-after-clean-disconnect-is-gone-at-the-end-too",
      builder(2)
          .connect(1, fresh)
          .add(subscribe, 1, to_all, qos1)
          .connect(0, {.expiry = one_second, .will = true, .will_qos = 1})
          .add(disconnect, 0)
          .add(wait, 0, wait_2s)
          .connect(0, keeps()));
  add("expired-retained-message-is-not-sent", builder(2)
                                                  .connect(1, fresh)
                                                  .add(publish, 1, on_a | qos1 << 3 | 0x20 | 0x80)
                                                  .publish(1, on_a_b, 1, true)
                                                  .add(wait, 0, wait_2s)
                                                  .connect(0, keeps())
                                                  .add(subscribe, 0, to_all, qos1));

  // What the simple model has no words for: only the invariants judge it.
  const auto invariants_only = [&](const char* name, const builder& h) {
    out.push_back({"session", name, h.input()});
  };
  invariants_only("restart-forgets-sessions", builder(1, 0, 0, forgets)
                                                  .connect(0, keeps())
                                                  .add(subscribe, 0, to_a, qos1)
                                                  .add(restart, 0, 0, wait_1s)
                                                  .connect(0, keeps()));
  invariants_only("silent-client-is-dropped", builder(1, 0, 0, server_keep_alive)
                                                  .connect(0, {.expiry = one_minute, .will = true})
                                                  .add(wait_deadline)
                                                  .connect(0, keeps()));
  invariants_only("in-pieces-of-one-octet", builder(1)
                                                .add(pieces, 0, 0)
                                                .connect(0, keeps())
                                                .add(subscribe, 0, to_a, qos2)
                                                .publish(0, on_a, 2)
                                                .add(answer_all));
  invariants_only("second-connect-as-octets", builder(1)
                                                  .connect(0, keeps())
                                                  .add(octets, 0, 0xC0, 0)
                                                  .add(octets, 0, 0x10, 0)
                                                  .connect(0, keeps()));
  // Malformed packets, two octets an action, that have reason codes of their own.
  const auto malformed = [&](const char* name, std::initializer_list<unsigned> bytes) {
    builder h(1);
    h.connect(0, keeps());
    for (auto at = bytes.begin(); at != bytes.end(); at += 2) h.add(octets, 0, at[0], at[1]);
    invariants_only(name, h.connect(0, keeps()));
  };
  malformed("packet-id-zero", {0x40, 0x02, 0x00, 0x00});
  malformed("alias-zero", {0x30, 0x08, 0x00, 0x01, 'a', 0x03, 0x23, 0x00, 0x00, 'x'});
  malformed("reserved-subscription-options",
            {0x82, 0x08, 0x00, 0x01, 0x00, 0x00, 0x02, 'a', 'b', 0xC0});
  malformed("topic-empty-without-alias", {0x30, 0x04, 0x00, 0x00, 0x00, 'x'});
  malformed("larger-than-the-broker-accepts", {0x30, 0xFF, 0xFF, 0x7F});
  invariants_only(
      "aliases-when-there-are-none",
      builder(1, 0, 0, no_aliases).connect(0, keeps()).add(publish, 0, on_a | qos1 << 3, 1));
  invariants_only("qos2-and-retain-where-neither-is",
                  builder(2, 0, maximum_qos_1 | retain_missing)
                      .connect(0, {.expiry = one_minute, .will = true, .will_qos = 2})
                      .connect(0, keeps())
                      .add(subscribe, 0, to_a, qos2)
                      .publish(0, on_a, 1, true)
                      .connect(1, fresh)
                      .publish(1, on_a, 2));
  invariants_only("larger-than-the-client-accepts",
                  builder(2, 0, 0, small_packets)
                      .connect(0, {.expiry = one_minute, .small_packets = true})
                      .add(subscribe, 0, to_all, qos2 | identifier)
                      .connect(1, fresh)
                      .add(publish, 1, on_a | qos2 << 3 | 0x80)
                      .publish(1, on_a, 1)
                      .add(answer_all, 0));
  invariants_only("window-of-the-broker-in-311", builder(2, small_window, both_v311)
                                                     .connect(0, keeps())
                                                     .add(subscribe, 0, to_a, qos1)
                                                     .connect(1, fresh)
                                                     .publish(1, on_a, 1, false, 5)
                                                     .add(wait, 0, wait_1h)
                                                     .add(answer_all, 0));
  return out;
}

}  // namespace mqttspec::fuzz

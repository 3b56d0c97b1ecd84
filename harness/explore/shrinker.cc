#include "explore/shrinker.h"

#include <algorithm>

namespace mqttspec::explore {

namespace {

class shrinking {
 public:
  shrinking(history h, const shrink_test& shows, std::size_t most)
      : h_(std::move(h)), shows_(shows), left_(most) {}

  history run() {
    for (bool changed = true; changed && left_ > 0;) {
      changed = drop_chunks();
      changed |= drop_clients();
      changed |= plainer();
    }
    return std::move(h_);
  }

 private:
  bool take_first(std::vector<history> candidates) {
    if (candidates.empty() || left_ == 0) return false;
    if (candidates.size() > left_) candidates.resize(left_);
    left_ -= candidates.size();
    const int which = shows_(candidates);
    if (which < 0) return false;
    h_ = std::move(candidates[static_cast<std::size_t>(which)]);
    return true;
  }

  bool drop_chunks() {
    bool any = false;
    for (std::size_t size = std::max<std::size_t>(h_.size() / 2, 1); size > 0;) {
      std::vector<history> candidates;
      // From the end: what comes late is seldom what it takes.
      for (std::size_t end = h_.size(); end > 0; end = end > size ? end - size : 0) {
        const std::size_t begin = end > size ? end - size : 0;
        history c(h_.begin(), h_.begin() + static_cast<std::ptrdiff_t>(begin));
        c.insert(c.end(), h_.begin() + static_cast<std::ptrdiff_t>(end), h_.end());
        if (!c.empty()) candidates.push_back(std::move(c));
      }
      if (take_first(std::move(candidates))) {
        any = true;
        size = std::min(size, std::max<std::size_t>(h_.size() / 2, 1));
      } else {
        size /= 2;
      }
      if (left_ == 0) break;
    }
    return any;
  }

  // Everything of one client, or what it does by the hands of another.
  bool drop_clients() {
    std::vector<history> candidates;
    for (std::uint8_t client = 0; client < most_clients; ++client) {
      history without;
      for (const action& a : h_) {
        if (a.client != client || (a.kind == action_kind::wait || a.kind == action_kind::restart))
          without.push_back(a);
      }
      if (without.size() < h_.size() && !without.empty()) candidates.push_back(without);
      for (std::uint8_t other = 0; other < client; ++other) {
        history merged;
        bool connected = false;
        for (action a : h_) {
          if (a.kind == action_kind::wait || a.kind == action_kind::restart) {
            merged.push_back(a);
            continue;
          }
          if (a.client == client) {
            if (a.kind == action_kind::connect || a.kind == action_kind::settle) continue;
            a.client = other;
            connected = true;
          }
          merged.push_back(a);
        }
        if (connected) candidates.push_back(std::move(merged));
      }
    }
    bool any = false;
    while (take_first(candidates)) {
      any = true;
      candidates.clear();
    }
    return any;
  }

  template <class Change>
  void offer(std::vector<history>& candidates, std::size_t i, Change change) {
    history c = h_;
    change(c[i]);
    if (!(c[i] == h_[i])) candidates.push_back(std::move(c));
  }

  // Default values, shorter waits, the plainer of two kinds.
  bool plainer() {
    bool any = false;
    for (bool changed = true; changed && left_ > 0;) {
      std::vector<history> candidates;
      for (std::size_t i = 0; i < h_.size(); ++i) add_plainer(candidates, i);
      for (std::size_t i = 0; i + 1 < h_.size(); ++i) {
        // What one client does before another is easier to read.
        if (h_[i].kind == action_kind::connect && h_[i].client > h_[i + 1].client &&
            h_[i + 1].kind == action_kind::connect) {
          history c = h_;
          std::swap(c[i], c[i + 1]);
          candidates.push_back(std::move(c));
        }
      }
      changed = take_first(std::move(candidates));
      any |= changed;
    }
    return any;
  }

  void add_plainer(std::vector<history>& to, std::size_t i) {
    switch (h_[i].kind) {
      case action_kind::connect:
        offer(to, i, [](action& a) { a.will.reset(); });
        offer(to, i, [](action& a) { a.receive_maximum = 0; });
        offer(to, i, [](action& a) { a.keep_alive = 0; });
        offer(to, i, [](action& a) { a.small_packets = false; });
        offer(to, i, [](action& a) { a.expiry.reset(); });
        offer(to, i, [](action& a) {
          if (a.expiry.value_or(0) > 300) a.expiry = 300;
        });
        offer(to, i, [](action& a) { a.clean = true; });
        if (h_[i].will) {
          offer(to, i, [](action& a) { a.will->retain = false; });
          offer(to, i, [](action& a) { a.will->delay = 0; });
          offer(to, i, [](action& a) { a.will->properties = false; });
          offer(to, i, [](action& a) { a.will->topic = 0; });
          offer(to, i, [](action& a) { a.will->qos = 1; });
        }
        break;
      case action_kind::unsubscribe:
        offer(to, i, [](action& a) { a.also.reset(); });
        break;
      case action_kind::subscribe:
        offer(to, i, [](action& a) {
          a.also.reset();
          a.also_qos = 0;
        });
        offer(to, i, [](action& a) { a.no_local = false; });
        offer(to, i, [](action& a) { a.retain_as_published = false; });
        offer(to, i, [](action& a) { a.retain_handling = 0; });
        offer(to, i, [](action& a) { a.identifier = 0; });
        offer(to, i, [](action& a) { a.share = 0; });
        offer(to, i, [](action& a) { a.name = 0; });
        offer(to, i, [](action& a) {
          if (a.qos == 2) a.qos = 1;
        });
        break;
      case action_kind::publish:
        offer(to, i, [](action& a) { a.retain = false; });
        offer(to, i, [](action& a) { a.empty = false; });
        offer(to, i, [](action& a) { a.dup = false; });
        offer(to, i, [](action& a) { a.big = false; });
        offer(to, i, [](action& a) { a.properties = false; });
        offer(to, i, [](action& a) { a.alias = 0; });
        offer(to, i, [](action& a) { a.lifetime.reset(); });
        offer(to, i, [](action& a) { a.name = 0; });
        offer(to, i, [](action& a) { a.id = 1; });
        offer(to, i, [](action& a) {
          if (a.qos == 2) a.qos = 1;
        });
        break;
      case action_kind::acknowledge:
      case action_kind::wrong:
      case action_kind::refuse:
        offer(to, i, [](action& a) { a.which = 0; });
        break;
      case action_kind::cut:
        offer(to, i, [](action& a) { a.expiry.reset(); });
        if (h_[i].cut != cut_kind::goodbye) {
          offer(to, i, [](action& a) { a.cut = cut_kind::fin; });
        }
        break;
      case action_kind::wait:
        for (const std::uint32_t shorter : {1200u, 2500u, 5000u, 11000u}) {
          offer(to, i, [&](action& a) { a.milliseconds = std::min(a.milliseconds, shorter); });
        }
        break;
      default:
        break;
    }
  }

  history h_;
  const shrink_test& shows_;
  std::size_t left_;
};

}  // namespace

history shrink(history h, const shrink_test& shows, std::size_t most_plays) {
  return shrinking(std::move(h), shows, most_plays).run();
}

}  // namespace mqttspec::explore

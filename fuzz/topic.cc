// Topic filters against a matcher that is too simple to be wrong. The input is text, a line each:
//
//   a/+/c          subscribes; the lines take turns between three sessions
//   -a/+/c         unsubscribes all three from that filter
//   =a/b/c         a retained message on that topic
//   a/b/c          the last line: the topic that is published
//
// Validity, matching, the index of all subscriptions and the search for retained messages must
// agree with the simple matcher.

#include "model/topic.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <vector>

#include "base/random.h"
#include "fuzz/naive_topic.h"
#include "fuzz/target.h"
#include "model/retained_store.h"
#include "model/session.h"
#include "model/subscription_index.h"
#include "wire/topic.h"

namespace mqttspec::fuzz {

namespace {

constexpr std::size_t most_lines = 24;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (lines.size() < most_lines) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

void check_validity(const std::string& text) {
  const bool valid = naive_valid_filter(text);
  require(model::valid_topic_filter(text) == valid, "a filter's validity is judged differently");
  // The decoder leaves U+0000 to its check of text.
  if (text.find('\0') == text.npos) {
    require(wire::broken_filter_rule(text, wire::protocol_version::v5).empty() == valid,
            "the decoder judges a filter differently");
  }
  require(model::valid_topic_name(text) == naive_valid_name(text),
          "a topic name's validity is judged differently");
}

struct subscribers {
  model::subscription_index index;
  std::vector<std::unique_ptr<model::session>> sessions;
  std::set<std::pair<std::string, std::size_t>> held;  // what must be found, by filter and session
  model::subscription_options options;
  std::size_t turn = 0;

  subscribers() {
    for (std::uint64_t serial = 1; serial <= 3; ++serial) {
      sessions.push_back(std::make_unique<model::session>(
          std::to_string(serial), serial, model::outbox_limits{}, model::sound_rules()));
    }
  }
  void add(const std::string& filter) {
    if (model::level_count(filter) > model::most_filter_levels) return;
    const std::size_t who = turn++ % sessions.size();
    const auto at = held.emplace(filter, who).first;
    index.add(at->first, *sessions[who], options);
  }
  void remove(const std::string& filter) {
    for (std::size_t who = 0; who < sessions.size(); ++who) {
      index.remove(filter, *sessions[who]);
      held.erase({filter, who});
    }
  }
};

void check_index(subscribers& all, const std::string& topic) {
  const bool hidden = topic.starts_with("$");
  model::matched found;
  all.index.match(topic, !hidden, !hidden, found);
  std::set<std::pair<std::string, std::size_t>> seen;
  for (const model::subscriber& s : found.subscribers) {
    require(seen.emplace(*s.filter, s.who->serial - 1).second, "a subscription is found twice");
  }
  for (const model::share_group* group : found.shares) {
    require(!group->members.empty(), "a share without members is found");
    for (const auto& [serial, s] : group->members) {
      require(seen.emplace(*s.filter, s.who->serial - 1).second, "a member is found twice");
    }
  }
  std::set<std::pair<std::string, std::size_t>> expected;
  for (const auto& entry : all.held) {
    if (naive_matches(naive_plain_filter(entry.first), topic)) expected.insert(entry);
  }
  require(seen == expected, "the index finds other subscriptions than there are");
}

}  // namespace

int fuzz_topic(byte_view input) {
  std::vector<std::string> lines = lines_of(as_text(input));
  const std::string topic = lines.back();
  lines.pop_back();
  const bool publishable = naive_valid_name(topic);
  check_validity(topic);

  subscribers all;
  model::retained_store retained(model::sound_rules());
  std::set<std::string> kept;
  for (std::string& line : lines) {
    const char first = line.empty() ? '\0' : line[0];
    if (first == '-' || first == '=') line.erase(0, 1);
    if (first == '=') {
      if (!naive_valid_name(line)) continue;
      auto m = std::make_shared<model::message>();
      m->topic = line;
      m->retain = true;
      m->payload = "r";
      retained.put(std::move(m));
      kept.insert(line);
      continue;
    }
    check_validity(line);
    if (!naive_valid_filter(line)) continue;
    if (first == '-') {
      all.remove(line);
      continue;
    }
    const std::string plain = naive_plain_filter(line);
    if (publishable) {
      require(model::matches(plain, topic) == naive_matches(plain, topic),
              "matches() differs from the simple matcher");
    }
    all.add(line);
    std::set<std::string> found;
    retained.match(plain, instant{}, [&](const model::message_pointer& m) {
      require(found.insert(m->topic).second, "a retained message is found twice");
    });
    std::set<std::string> expected;
    for (const std::string& each : kept) {
      if (naive_matches(plain, each)) expected.insert(each);
    }
    require(found == expected, "other retained messages are found than match");
  }
  if (publishable) check_index(all, topic);
  return 0;
}

std::size_t mutate_topic(const mutation& m) {
  random_source random(m.seed);
  if (random.below(4) == 0) return m.plain(m.data, m.size, m.most);
  static constexpr std::array<std::string_view, 14> levels = {
      "a",      "b",     "",       "+",  "#", "$SYS", "$share/g",
      "$share", "sport", "tennis", "a+", "é", "-a",   "=a"};
  std::vector<std::string> lines = lines_of(as_text(m.input()));
  std::string& line = lines[random.below(lines.size())];
  switch (random.below(6)) {
    case 0:
      line += "/";
      line += levels[random.below(levels.size())];
      break;
    case 1:
      line.erase(std::min(line.size(), line.rfind('/')));
      break;
    case 2:
      line = levels[random.below(levels.size())];
      break;
    case 3: {
      std::string copy = lines[random.below(lines.size())];
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(random.below(lines.size())),
                   std::move(copy));
      break;
    }
    case 4: {
      // One level becomes another.
      const std::size_t from = line.find('/');
      line = std::string(levels[random.below(levels.size())]) +
             (from == line.npos ? "" : line.substr(from));
      break;
    }
    default:
      std::swap(line, lines[random.below(lines.size())]);
      break;
  }
  std::string text;
  for (const std::string& each : lines) {
    if (&each != &lines.front()) text += '\n';
    text += each;
  }
  return m.replace(as_bytes(text));
}

}  // namespace mqttspec::fuzz

MQTTSPEC_FUZZ_TARGET(topic);

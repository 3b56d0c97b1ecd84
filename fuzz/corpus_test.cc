// Replays corpus/{seeds,cases,regressions,grown}/<target> under every compiler, holds the
// generated files to their generators, and mutates every seed a little.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "base/random.h"
#include "fuzz/dictionary.h"
#include "fuzz/seeds.h"
#include "fuzz/target.h"
#include "model/rules.h"

namespace mqttspec::fuzz {
namespace {

namespace fs = std::filesystem;
const fs::path root = MQTTSPEC_SOURCE_DIR;

byte_buffer read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class corpus : public testing::TestWithParam<target> {
 protected:
  std::vector<fs::path> inputs(const char* part) const {
    return files_of(root / "corpus" / part / GetParam().name);
  }
};

TEST_P(corpus, seeds_hold) {
  const auto files = inputs("seeds");
  EXPECT_GE(files.size(), 5u);
  for (const fs::path& file : files) {
    EXPECT_NO_THROW(GetParam().run(read_file(file))) << file;
    EXPECT_LE(fs::file_size(file), GetParam().longest_input) << file;
  }
}

TEST_P(corpus, regressions_and_cases_hold) {
  for (const char* part : {"regressions", "cases", "grown"}) {
    for (const fs::path& file : inputs(part)) {
      EXPECT_NO_THROW(GetParam().run(read_file(file))) << file;
    }
  }
}

// What libFuzzer brings along, in small.
std::size_t flip_octet(std::uint8_t* data, std::size_t size, std::size_t) {
  static random_source random(1);
  if (size != 0) data[random.below(size)] = static_cast<std::uint8_t>(random.below(256));
  return size;
}

// MQTTSPEC_MUTANTS=1000000 makes more of them: fuzzing without libFuzzer, and blind.
TEST_P(corpus, mutants_of_seeds_hold_and_fit) {
  const char* asked = std::getenv("MQTTSPEC_MUTANTS");
  const long count = asked != nullptr ? std::atol(asked) : 2'000;
  constexpr std::size_t most = 4096;
  const auto files = inputs("seeds");
  ASSERT_FALSE(files.empty());
  random_source random(7);
  byte_buffer data(most + 1);
  for (long i = 0; i < count; ++i) {
    const byte_buffer seed = read_file(files[random.below(files.size())]);
    const std::size_t limit = std::min(most, seed.size() + random.below(64));
    std::copy(seed.begin(), seed.end(), data.begin());
    data[limit] = 0xA5;
    std::size_t size = seed.size();
    for (std::uint64_t rounds = 1 + random.below(8); rounds != 0; --rounds) {
      const auto number = static_cast<unsigned>(random.next());
      size = GetParam().mutate({data.data(), size, limit, number, flip_octet});
      ASSERT_LE(size, limit);
      ASSERT_EQ(data[limit], 0xA5);
    }
    ASSERT_NO_THROW(GetParam().run(byte_view(data).first(size)))
        << to_hex(byte_view(data).first(size));
  }
}

INSTANTIATE_TEST_SUITE_P(targets, corpus, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& each) { return std::string(each.param.name); });

// The targets see what goes wrong: with each of these defects planted in the broker, some seed
// breaks what they hold true.
struct planted {
  const char* name;
  void (*plant)(model::rules& r);
};

const planted defects[] = {
    {"session present at clean start",
     [](model::rules& r) { r.session_present = [](const auto& f) { return f.stored; }; }},
    {"session present never",
     [](model::rules& r) { r.session_present = [](const auto&) { return false; }; }},
    {"clean start resumes",
     [](model::rules& r) { r.resume_session = [](const auto& f) { return f.stored; }; }},
    {"expiry counts for ever",
     [](model::rules& r) { r.session_end = [](const auto&) { return never; }; }},
    {"expiry zero keeps the session",
     [](model::rules& r) { r.session_ends_at_close = [](const auto&) { return false; }; }},
    {"queue survives clean start",
     [](model::rules& r) {
       r.discard_state = [](const auto& f) { return f.part != model::state_part::queue; };
     }},
    {"repetition without DUP",
     [](model::rules& r) { r.dup_flag = [](const auto&) { return false; }; }},
    {"nothing is repeated",
     [](model::rules& r) { r.is_redelivered = [](const auto&) { return false; }; }},
    {"repetition with a new identifier",
     [](model::rules& r) { r.redelivery_keeps_id = [](const auto&) { return false; }; }},
    {"PUBLISH again behind PUBREC",
     [](model::rules& r) { r.publish_again_after_release = [](const auto&) { return true; }; }},
    {"repeated in reverse order",
     [](model::rules& r) { r.redelivery_order_is_kept = [](const auto&) { return false; }; }},
    {"queue in reverse order",
     [](model::rules& r) { r.queue_order_is_kept = [](const auto&) { return false; }; }},
    {"window of the old connection",
     [](model::rules& r) { r.in_flight_window = [](const auto& f) { return f.previous; }; }},
    {"identifier while it is in flight",
     [](model::rules& r) {
       r.packet_id_is_usable = [](const auto& f) { return f.candidate < 3 && f.candidate != 0; };
     }},
    {"QoS 2 is not told apart",
     [](model::rules& r) { r.publish_is_duplicate = [](const auto&) { return false; }; }},
    {"PUBREL of an unknown identifier is not answered",
     [](model::rules& r) { r.release_is_answered = [](const auto& f) { return f.id_open; }; }},
    {"PUBREC is not answered",
     [](model::rules& r) { r.pubrec_is_answered = [](const auto&) { return false; }; }},
    {"expired messages are delivered",
     [](model::rules& r) { r.queued_is_expired = [](const auto&) { return false; }; }},
    {"expired in flight is dropped",
     [](model::rules& r) {
       r.in_flight_is_expired = [](const auto& f) { return f.expiry_interval.has_value(); };
     }},
    {"will in spite of DISCONNECT",
     [](model::rules& r) { r.will_is_due = [](const auto&) { return true; }; }},
    {"will without its delay",
     [](model::rules& r) { r.will_delay = [](const auto&) { return duration::zero(); }; }},
    {"will is not cancelled",
     [](model::rules& r) { r.will_is_cancelled = [](const auto&) { return false; }; }},
    {"will stays and comes again",
     [](model::rules& r) { r.will_is_removed = [](const auto&) { return false; }; }},
    {"no local is forgotten",
     [](model::rules& r) { r.match_is_delivered = [](const auto&) { return true; }; }},
    {"retained again at resumption",
     [](model::rules& r) { r.retained_are_sent_on_resume = [](const auto&) { return true; }; }},
};

TEST(planted_defects, are_seen_by_session_or_model_pair) {
  std::size_t by_session = 0;
  std::size_t by_pair = 0;
  for (const planted& defect : defects) {
    model::rules rules;
    defect.plant(rules);
    const auto seen_by = [&](const char* name, void (*play)(byte_view, const model::rules&)) {
      for (const fs::path& file : files_of(root / "corpus/seeds" / name)) {
        try {
          play(read_file(file), rules);
        } catch (const violation&) {
          return true;
        }
      }
      return false;
    };
    const bool session = seen_by("session", play_session);
    const bool pair = seen_by("model_pair", play_model_pair);
    by_session += session ? 1 : 0;
    by_pair += pair ? 1 : 0;
    EXPECT_TRUE(session || pair) << defect.name;
  }
  RecordProperty("seen_by_session", static_cast<int>(by_session));
  RecordProperty("seen_by_model_pair", static_cast<int>(by_pair));
}

TEST(generated, dictionary_is_that_of_the_packet_table) {
  const byte_buffer held = read_file(root / "fuzz/mqtt.dict");
  EXPECT_EQ(std::string(as_text(held)), dictionary()) << "run make_dictionary fuzz/mqtt.dict";
}

TEST(generated, seeds_are_those_of_their_generator) {
  std::map<std::string, byte_buffer> made;
  for (const seed& each : all_seeds()) {
    EXPECT_TRUE(made.emplace(each.target + "/" + each.name, each.input).second) << each.name;
  }
  EXPECT_LT(made.size(), 320u);
  for (const auto& [name, input] : made) {
    EXPECT_EQ(read_file(root / "corpus/seeds" / name), input)
        << name << ": run make_seeds corpus/seeds";
  }
  for (const target& t : targets()) {
    for (const fs::path& file : files_of(root / "corpus/seeds" / t.name)) {
      const std::string name = std::string(t.name) + "/" + file.filename().string();
      EXPECT_TRUE(made.contains(name)) << name << " is made by nobody";
    }
  }
}

}  // namespace
}  // namespace mqttspec::fuzz

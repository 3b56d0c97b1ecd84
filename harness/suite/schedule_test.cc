#include "suite/schedule.h"

#include <gtest/gtest.h>

#include "script/expander.h"
#include "script/library.h"

namespace mqttspec::suite {
namespace {

// Scenarios a, b, ... with these headers and lines.
struct row {
  const char* headers;
  const char* lines;
};

class schedule_test : public testing::Test {
 protected:
  void given(const std::vector<row>& rows, room within = {}) {
    script::file_set files;
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      text += std::string("scenario ") + static_cast<char>('a' + i) +
              "\n  title \"t\"\n  clients c\n" + rows[i].headers + "  step \"one\"\n" +
              rows[i].lines;
    }
    files.add("f.mqs", text);
    scenarios_ = script::expand(files, {}).scenarios;
    ASSERT_EQ(scenarios_.size(), rows.size());
    std::vector<job> jobs;
    for (const script::scenario& s : scenarios_) jobs.push_back({&s, 0});
    schedule_.emplace(std::move(jobs), within);
  }
  // Names of all that begin now.
  std::string begin() {
    std::string out;
    while (const job* j = schedule_->next()) {
      under_way_[j->scenario->name] = j;
      out += j->scenario->name;
    }
    return out;
  }
  bool end(const std::string& name) { return schedule_->ended(*under_way_.at(name)); }

  std::vector<script::scenario> scenarios_;
  std::map<std::string, const job*> under_way_;
  std::optional<schedule> schedule_;
};

const row plain{"", "    c > open\n"};
const row longer{"", "    wait 3s\n"};
const row hostile{"", "    c > hex(c1 00)\n"};
const row alone{"  tags exclusive\n", "    c > open\n"};
const row delayed{"",
                  "    c > CONNECT client_id=\"a\" clean_start=1 will_topic=\"t\" "
                  "will_payload=\"p\" will_delay_interval=3\n"};
const row apart{"  apart will_delay_interval\n", delayed.lines};

TEST_F(schedule_test, the_longest_begin_first) {
  given({plain, longer, plain});
  EXPECT_EQ(begin(), "bac");
}

TEST_F(schedule_test, who_runs_alone_begins_when_all_others_have_ended) {
  given({alone, plain, alone, hostile});
  EXPECT_EQ(begin(), "bd");
  end("b");
  EXPECT_EQ(begin(), "");
  end("d");
  EXPECT_EQ(begin(), "a");
  end("a");
  EXPECT_EQ(begin(), "c");
}

TEST_F(schedule_test, who_stays_apart_waits_for_those_that_send_the_field_and_for_no_others) {
  given({apart, longer, delayed, apart});
  EXPECT_EQ(begin(), "cb");
  end("c");
  EXPECT_EQ(begin(), "a");  // beside b
  end("a");
  EXPECT_EQ(begin(), "d");
}

TEST_F(schedule_test, hostile_ones_begin_when_few_of_the_crowd_are_left) {
  std::vector<row> rows(60, plain);
  rows.front() = hostile;
  script::file_set files;
  // Names of one letter are too few.
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += "scenario s" + std::to_string(i) + "\n  title \"t\"\n  clients c\n  step \"one\"\n" +
            rows[i].lines;
  }
  files.add("f.mqs", text);
  scenarios_ = script::expand(files, {}).scenarios;
  std::vector<job> jobs;
  for (const script::scenario& s : scenarios_) jobs.push_back({&s, 0});
  schedule_.emplace(std::move(jobs));
  begin();
  EXPECT_EQ(under_way_.size(), 59u);
  EXPECT_FALSE(end("s1"));
  for (int i = 2; i < 11; ++i) end("s" + std::to_string(i));
  EXPECT_EQ(begin(), "");
  end("s11");
  EXPECT_EQ(begin(), "s0");
  EXPECT_TRUE(end("s12")) << "it was beside a hostile one";
  EXPECT_FALSE(end("s0"));
  EXPECT_TRUE(end("s13")) << "also when that one has ended";
}

TEST_F(schedule_test, no_more_is_under_way_than_there_is_room_for) {
  const row two{"  clients d\n", "    c > open\n    d > open\n"};
  given({two, two, plain}, {.connections = 3});
  EXPECT_EQ(begin(), "ac");
  end("a");
  EXPECT_EQ(begin(), "b");
  given({two, two}, {.connections = 1});
  EXPECT_EQ(begin(), "a") << "beside nobody";
}

TEST_F(schedule_test, what_has_not_begun_can_be_taken_out) {
  given({plain, alone, hostile});
  EXPECT_EQ(begin(), "ac");
  EXPECT_EQ(schedule_->take_rest().size(), 1u);
  EXPECT_EQ(begin(), "");
}

}  // namespace
}  // namespace mqttspec::suite

#include "target/residue.h"

#include <gtest/gtest.h>

#include <fstream>

namespace mqttspec::target {
namespace {

namespace fs = std::filesystem;
using wire::protocol_version;

class residue_test : public testing::Test {
 protected:
  ~residue_test() override { fs::remove_all(folder_); }
  const fs::path folder_ = fs::path(testing::TempDir()) / ("residue" + std::to_string(::getpid()));
};

TEST_F(residue_test, a_file_holds_what_is_left) {
  {
    residue r;
    ASSERT_EQ(r.keep_in(folder_, "127.0.0.1:1883"), "");
    r.made(residue_kind::session, "a \"b\"\n", protocol_version::v311);
    r.made(residue_kind::topic, "t/x", protocol_version::v5);
    r.made(residue_kind::session, "gone", protocol_version::v5);
    r.removed(residue_kind::session, "gone");
    EXPECT_EQ(r.describe(), "1 session and 1 retained message");
    const auto files = files_of_residue(folder_);
    ASSERT_EQ(files.size(), 1u);
    EXPECT_TRUE(files[0].in_use);
  }
  const auto files = files_of_residue(folder_);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_FALSE(files[0].in_use);
  EXPECT_EQ(files[0].broker, "127.0.0.1:1883");
  const residue::things expected = {{{residue_kind::session, "a \"b\"\n"}, protocol_version::v311},
                                    {{residue_kind::topic, "t/x"}, protocol_version::v5}};
  EXPECT_EQ(files[0].all, expected);
}

TEST_F(residue_test, nothing_left_leaves_no_file) {
  {
    residue r;
    ASSERT_EQ(r.keep_in(folder_, "b"), "");
    r.made(residue_kind::session, "a", protocol_version::v5);
    r.removed(residue_kind::session, "a");
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(residue_test, a_long_run_has_a_short_file) {
  residue r;
  ASSERT_EQ(r.keep_in(folder_, "b"), "");
  r.made(residue_kind::topic, "stays", protocol_version::v5);
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "s" + std::to_string(i);
    r.made(residue_kind::session, name, protocol_version::v5);
    r.removed(residue_kind::session, name);
  }
  const auto files = files_of_residue(folder_);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].all.size(), 1u);
  EXPECT_LT(fs::file_size(files[0].path), 500'000u);
}

TEST_F(residue_test, passes_over_what_is_none_of_it) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "1.left") << "{\"broker\":\"b\",\"process\":1}\n"
                                       "{\"made\":\"session\",\"name\":\"a\"}\n"
                                       "{\"made\":7,\"name\":\"a\"}\n[]\n\n"
                                       "{\"made\":\"session\",\"na";
  std::ofstream(folder_ / "2.left") << "\x1b[2J";
  const auto files = files_of_residue(folder_);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].all.size(), 1u);
}

}  // namespace
}  // namespace mqttspec::target

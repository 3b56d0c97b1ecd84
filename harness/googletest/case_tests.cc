#include "googletest/case_tests.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <set>
#include <sstream>

#include "reports/harmless_lines.h"
#include "reports/text.h"

namespace mqttspec::googletest {

namespace {

using results::case_result;
using results::verdict;

// GoogleTest tells what goes on.
class silent : public suite::suite_observer {
 public:
  void sanity_begins(bool) override {}
  void cases_begin(std::size_t) override {}
  void case_ended(const case_result&) override {}
};

// The one run, made when the tests that are wanted are known.
class whole_run {
 public:
  explicit whole_run(suite::target_run& run) : run_(run) {}

  void add(const test_name& name, const std::string& id) { id_of_[name] = id; }

  void run() {
    run_.suite.chosen.ids.emplace();
    const testing::UnitTest& all = *testing::UnitTest::GetInstance();
    for (int s = 0; s < all.total_test_suite_count(); ++s) {
      const testing::TestSuite& folder = *all.GetTestSuite(s);
      for (int t = 0; t < folder.total_test_count(); ++t) {
        const testing::TestInfo& test = *folder.GetTestInfo(t);
        const auto found = id_of_.find({folder.name(), test.name()});
        if (test.should_run() && found != id_of_.end()) {
          run_.suite.chosen.ids->insert(found->second);
        }
      }
    }
    found_ = {};
    by_id_.clear();
    if (run_.suite.chosen.ids->empty()) return;
    silent nobody;
    found_ = suite::run_on_target(run_, nobody);
    for (const case_result& c : found_.cases) by_id_[c.id].push_back(&c);
  }

  const results::run_results& found() const { return found_; }
  // Of all repetitions.
  const std::vector<const case_result*>& of(const std::string& id) { return by_id_[id]; }

 private:
  suite::target_run& run_;
  std::map<test_name, std::string> id_of_;
  results::run_results found_;
  std::map<std::string, std::vector<const case_result*>> by_id_;
};

// GoogleTest owns it; with --gtest_repeat the cases run again.
class run_first : public testing::Environment {
 public:
  explicit run_first(std::shared_ptr<whole_run> run) : run_(std::move(run)) {}
  void SetUp() override { run_->run(); }

 private:
  std::shared_ptr<whole_run> run_;
};

std::string statements_of(const case_result& c) {
  std::string out;
  for (const results::statement_check& s : c.statements) {
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", s.version, s.id);
  }
  return out;
}

std::string why_skipped(const case_result& c) {
  switch (c.outcome) {
    case verdict::skip:
      return c.reason;
    case verdict::fail:
      return c.baseline_reason.empty() ? fmt::format("{}: {}", reports::outcome_label(c), c.level)
                                       : "known failure: " + c.baseline_reason;
    case verdict::inconclusive:
      return "inconclusive: " + c.reason;
    default:
      return "";
  }
}

// A broker's words must be no commands of the CI that shows the output.
std::string harmless_text(const std::string& text) {
  std::ostringstream out;
  reports::harmless_lines filter(out);
  std::ostream(&filter) << text << '\n';
  return out.str();
}

class case_test : public testing::Test {
 public:
  case_test(std::shared_ptr<whole_run> run, std::string id)
      : run_(std::move(run)), id_(std::move(id)) {}

  void TestBody() override {
    const auto& results = run_->of(id_);
    if (results.empty()) {
      FAIL() << id_ << " has no result: "
             << (run_->found().void_reason.empty() ? "the run was interrupted"
                                                   : run_->found().void_reason);
    }
    std::string skipped;
    for (const case_result* c : results) {
      tell(*c);
      if (skipped.empty()) skipped = why_skipped(*c);
    }
    if (!skipped.empty() && !HasFailure()) GTEST_SKIP() << skipped;
  }

 private:
  void tell(const case_result& c) {
    RecordProperty("case", c.id);
    RecordProperty("level", c.level);
    RecordProperty("statements", statements_of(c));
    RecordProperty(
        "took_ms",
        std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(c.took).count()));
    for (const std::string& note : c.notes) RecordProperty("note", note);
    if (c.expected) return;
    const bool at_line = c.fault && !c.fault->where.file.empty();
    const std::string& file = at_line ? c.fault->where.file : c.file;
    ADD_FAILURE_AT(file.c_str(), static_cast<int>(at_line ? c.fault->where.line : c.line))
        << harmless_text(reports::case_text(run_->found(), c));
  }

  std::shared_ptr<whole_run> run_;
  std::string id_;
};

class sound_run : public testing::Test {
 public:
  explicit sound_run(std::shared_ptr<whole_run> run) : run_(std::move(run)) {}
  void TestBody() override {
    EXPECT_EQ(run_->found().void_reason, "");
    for (const std::string& problem : run_->found().problems) ADD_FAILURE() << problem;
    for (const results::run_finding& f : run_->found().findings) {
      if (f.expected) continue;
      ADD_FAILURE() << harmless_text(reports::case_text(run_->found(), results::as_case(f)));
    }
  }

 private:
  std::shared_ptr<whole_run> run_;
};

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' ? c : '_';
  }
  return out;
}

}  // namespace

test_name test_name_of(const std::string& id) {
  const auto bracket = std::min(id.find('['), id.size());
  const auto slash = id.rfind('/', bracket);
  const bool in_folder = slash != std::string::npos;
  std::string row = bracket < id.size() ? id.substr(bracket + 1) : "";
  if (row.ends_with(']')) row.pop_back();
  std::string name =
      plain(id.substr(in_folder ? slash + 1 : 0, bracket - (in_folder ? slash + 1 : 0)));
  for (char& c : row) c = c == '/' ? '_' : c;
  if (!row.empty()) name += "/" + plain(row);
  return {in_folder ? plain(id.substr(0, slash)) : "cases", name};
}

void register_tests(suite::target_run& what) {
  const auto run = std::make_shared<whole_run>(what);
  std::set<test_name> taken;
  for (const script::scenario& s : suite::chosen_scenarios(what)) {
    test_name name = test_name_of(s.id);
    for (int n = 2; !taken.insert(name).second; ++n) {
      name.test = fmt::format("{}_{}", test_name_of(s.id).test, n);
    }
    run->add(name, s.id);
    testing::RegisterTest(name.suite.c_str(), name.test.c_str(), nullptr, s.id.c_str(),
                          s.file.c_str(), static_cast<int>(s.where.line),
                          [run, id = s.id]() -> testing::Test* { return new case_test(run, id); });
  }
  testing::RegisterTest("mqttspec", "run_is_sound", nullptr, nullptr, __FILE__, __LINE__,
                        [run]() -> testing::Test* { return new sound_run(run); });
  testing::AddGlobalTestEnvironment(new run_first(run));
}

}  // namespace mqttspec::googletest

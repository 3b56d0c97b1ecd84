#include "drive/remains.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mqttspec::drive {

using target::residue_kind;

namespace {

// A clean-up in its own right, and not behind another machine.
class late_clean_up : public play::clean_up {
 public:
  explicit late_clean_up(play::leftovers what) : clean_up(what), what_(std::move(what.what)) {}
  const play::left_things& what() const { return what_; }

 private:
  play::left_things what_;
};

}  // namespace

void remains::made(const play::left_things& some) {
  if (book_ == nullptr) return;
  for (const auto& [id, version] : some.sessions) book_->made(residue_kind::session, id, version);
  const auto any = wire::protocol_version::v5;
  for (const std::string& topic : some.topics) book_->made(residue_kind::topic, topic, any);
  for (const std::string& level : some.levels) book_->made(residue_kind::level, level, any);
}

void remains::removed(const play::left_things& some, const play::left_things& rest) {
  if (book_ == nullptr) return;
  for (const auto& [id, version] : some.sessions) {
    if (!rest.sessions.contains(id)) book_->removed(residue_kind::session, id);
  }
  for (const std::string& topic : some.topics) {
    if (!rest.topics.contains(topic)) book_->removed(residue_kind::topic, topic);
  }
  for (const std::string& level : some.levels) {
    if (!rest.levels.contains(level)) book_->removed(residue_kind::level, level);
  }
}

void remains::owe(play::leftovers what) {
  if (!what.what.empty()) owed_.push_back(std::move(what));
}

void remains::put_off(play::leftovers what) {
  if (!what.what.empty()) put_off_.push_back(std::move(what));
}

void remains::all_else_is_done() {
  std::move(put_off_.begin(), put_off_.end(), std::back_inserter(owed_));
  put_off_.clear();
}

std::unique_ptr<play::machine> remains::next() {
  if (owed_.empty()) return nullptr;
  auto out = std::make_unique<late_clean_up>(std::move(owed_.back()));
  owed_.pop_back();
  return out;
}

bool remains::settled(const play::machine& m) {
  const auto* done = dynamic_cast<const late_clean_up*>(&m);
  if (done == nullptr) return false;
  removed(done->what(), done->rest().what);
  return true;
}

}  // namespace mqttspec::drive

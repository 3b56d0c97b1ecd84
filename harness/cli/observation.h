#pragma once
// What `mqttspec judge` and `mqttspec watch` share: onlookers, findings told as they come, and the
// record at the end.

#include <map>
#include <memory>
#include <set>
#include <string>

#include "cli/findings_record.h"
#include "observe/onlooker.h"
#include "script/catalogue.h"

namespace mqttspec::cli {

struct observation_request {
  record_request record;
  observe::onlooker_options how;
  script::catalogue statements;
};

void add_observation_options(po::options_description& to);
// false: told on err.
bool read_observation_options(const parsed_options& options, observation_request& into,
                              console& on);

class observation {
 public:
  // |request| must outlive it. |target|: what is judged, for the record.
  observation(observation_request& request, const std::string& target, console& on);

  // Of one server.
  observe::onlooker& at(const std::string& server);
  void note(std::string text) { record_.run().notes.push_back(std::move(text)); }
  void say(const std::string& text);

  // Ends with |status| where that is no success. |took|: of what was seen.
  int finish(int status, instant now, duration took);

 private:
  void saw(const observe::sighting& s);
  trace::secrets hidden() const;
  void take_back_what_is_not_sure();
  std::string summary() const;

  observation_request& request_;
  console& on_;
  findings_record record_;
  std::map<std::string, std::unique_ptr<observe::onlooker>> onlookers_;
  std::set<std::pair<std::string, std::string>> told_;  // finding and who
  std::map<std::string, std::size_t> of_client_;        // findings
  std::set<std::string> need_all_messages_;             // ids
};

}  // namespace mqttspec::cli

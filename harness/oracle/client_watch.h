#pragma once
// Trace rules of the other side: what no client may do, whatever a case claims. They look at all
// packets between the suite, as the server, and client libraries, and know nothing of the embedded
// client. What the server sends goes in by sent(), what the client sends by received().

#include <memory>
#include <string>
#include <vector>

#include "oracle/watch.h"

namespace mqttspec::oracle {

class client_watch : public watcher {
 public:
  explicit client_watch(watch_options options);
  ~client_watch() override;

  void opened(connection_id id, const std::string& client, wire::protocol_version version,
              instant now) override;
  void sent(connection_id id, byte_view octets, instant now) override;
  void sent(connection_id id, byte_view octets, const wire::packet* p, instant now) override;
  void received(connection_id id, const wire::packet& p, std::size_t size, instant now) override;
  void received_malformed(connection_id id, const wire::wire_fault& fault, std::string_view text,
                          instant now) override;
  void ended(connection_id id, end_of_link how, instant now) override;
  // A client's process was ended: what it kept may be gone.
  void restarted(instant now) override;
  void stood_still() override;
  void lost_sight(connection_id id, instant now) override;
  void look(instant now) override;
  void finish(instant now) override;

  const std::vector<finding>& findings() const override;
  std::vector<finding> take_findings() override;
  bool in_doubt() const override;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

std::vector<rule_description> all_client_rules();

}  // namespace mqttspec::oracle

#include "drive/served_clients.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <utility>

namespace mqttspec::drive {

namespace {

const std::string loopback = "127.0.0.1";

std::string make_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "mqttspec-store-XXXXXX").string();
  return ::mkdtemp(name.data()) == nullptr ? "" : name;
}

}  // namespace

served_clients::served_clients(net::event_loop& loop, std::string command, events told)
    : loop_(loop), command_(std::move(command)), events_(std::move(told)) {}

served_clients::~served_clients() {
  for (auto& [name, c] : clients_) {
    c.process.reset();
    std::error_code ignored;
    if (!c.directory.empty()) std::filesystem::remove_all(c.directory, ignored);
  }
}

std::string served_clients::start(const std::string& client) {
  served& c = clients_[client];
  if (!c.listener) {
    auto made = net::listen_tcp(loop_, {loopback, 0}, {},
                                [this, client](std::unique_ptr<net::stream> s, instant now) {
                                  events_.accepted(client, std::move(s), now);
                                });
    if (!made) return made.error();
    c.listener = std::move(*made);
  }
  if (c.process) retired_.push_back(std::move(c.process));
  c.process = std::make_unique<target::adapter_process>(
      loop_, command_,
      target::adapter_events{
          [this, client](const adapter::message& m, instant now) { events_.told(client, m, now); },
          [this, client](const std::string& how, instant now) {
            events_.ended(client, how, now);
          }});
  return c.process->start() ? "" : fmt::format("cannot run '{}'", command_);
}

void served_clients::ask(const std::string& client, adapter::message command) {
  served& c = clients_[client];
  if (!c.process) return;
  if (command.name == "connect") {
    command.fields["host"] = loopback;
    command.fields["port"] = std::uint64_t{c.listener->port()};
    if (command.number("store") != 0) {
      if (c.directory.empty()) c.directory = make_directory();
      command.fields["store_directory"] = c.directory;
    }
  }
  c.process->ask(command);
}

void served_clients::end() {
  for (auto& [name, c] : clients_) {
    c.listener.reset();
    if (c.process) c.process->kill();
  }
}

void served_clients::kill(const std::string& client) {
  served& c = clients_[client];
  if (c.process) c.process->kill();
}

}  // namespace mqttspec::drive

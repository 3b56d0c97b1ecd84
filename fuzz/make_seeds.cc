// make_seeds FOLDER: writes all seeds to FOLDER/<target>/<name>.

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "fuzz/seeds.h"

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  if (argc != 2) {
    fmt::print(stderr, "usage: make_seeds FOLDER\n");
    return 2;
  }
  std::size_t count = 0;
  std::size_t octets = 0;
  for (const mqttspec::fuzz::seed& each : mqttspec::fuzz::all_seeds()) {
    const fs::path folder = fs::path(argv[1]) / each.target;
    fs::create_directories(folder);
    std::ofstream out(folder / each.name, std::ios::binary);
    out << mqttspec::as_text(each.input);
    if (!out.good()) {
      fmt::print(stderr, "make_seeds: cannot write {}\n", (folder / each.name).string());
      return 1;
    }
    ++count;
    octets += each.input.size();
  }
  fmt::print("{} seeds, {} octets\n", count, octets);
  return 0;
}

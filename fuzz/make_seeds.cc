// make_seeds FOLDER: writes all seeds to FOLDER/<target>/<name>.
// make_seeds --from RESULTS.json FOLDER: those that the traces of a run of the suite give.

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "fuzz/seeds.h"
#include "fuzz/trace_seeds.h"

namespace {

namespace fs = std::filesystem;
using namespace mqttspec;

bool seeds_of_run(const char* path, std::vector<fuzz::seed>& out) {
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto run = results::from_json(text);
  if (!run) {
    fmt::print(stderr, "make_seeds: {}: {}\n", path, run.error());
    return false;
  }
  for (const results::case_result& each : run->cases) {
    for (fuzz::seed& s : fuzz::trace_seeds(each)) out.push_back(std::move(s));
  }
  if (out.empty()) fmt::print(stderr, "make_seeds: {} has no traces: --trace=all\n", path);
  return !out.empty();
}

bool write(const fs::path& folder, const fuzz::seed& s) {
  fs::create_directories(folder / s.target);
  std::ofstream out(folder / s.target / s.name, std::ios::binary);
  out << as_text(s.input);
  out.close();
  if (!out.good()) {
    fmt::print(stderr, "make_seeds: cannot write {}\n", (folder / s.target / s.name).string());
  }
  return out.good();
}

}  // namespace

int main(int argc, char** argv) {
  const bool from_run = argc == 4 && std::string_view(argv[1]) == "--from";
  if (argc != 2 && !from_run) {
    fmt::print(stderr, "usage: make_seeds [--from RESULTS.json] FOLDER\n");
    return 2;
  }
  std::vector<fuzz::seed> seeds;
  if (from_run) {
    if (!seeds_of_run(argv[2], seeds)) return 1;
  } else {
    seeds = fuzz::all_seeds();
  }
  std::size_t octets = 0;
  for (const fuzz::seed& each : seeds) {
    if (!write(argv[argc - 1], each)) return 1;
    octets += each.input.size();
  }
  fmt::print("{} seeds, {} octets\n", seeds.size(), octets);
  return 0;
}

// make_dictionary FILE: writes the dictionary of the packet table (fuzz/mqtt.dict).

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "fuzz/dictionary.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: make_dictionary FILE\n");
    return 2;
  }
  std::ofstream out(argv[1], std::ios::binary);
  out << mqttspec::fuzz::dictionary();
  return out.good() ? 0 : 1;
}

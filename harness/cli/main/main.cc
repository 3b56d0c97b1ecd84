#include "cli/cli.h"

int main(int argc, char** argv) {
  return mqttspec::cli::run(argc, argv);
}

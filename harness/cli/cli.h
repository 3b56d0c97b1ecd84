#pragma once
// The command line. Every command is a file of this folder.

namespace mqttspec::cli {

// Parses the command line, runs the command, returns the exit code (docs/running.md).
int run(int argc, char** argv);

}  // namespace mqttspec::cli

#!/bin/bash -eu
# All that there is to know about the build is in the repository.
exec "$SRC/mqttspec/fuzz/build_targets.sh"

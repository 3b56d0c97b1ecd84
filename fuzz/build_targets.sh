#!/usr/bin/env bash
# fuzz/build_targets.sh: builds every fuzz target as OSS-Fuzz and ClusterFuzzLite want it, with their
# flags in CXX, CXXFLAGS and LIB_FUZZING_ENGINE, into OUT, with seeds, dictionary and options.
#
#   OUT=/tmp/out fuzz/build_targets.sh       # at home: clang++-19 with libFuzzer and ASan
#
# Without CMake, because the targets need none of the program's libraries but headers, and those
# services bring a C++ library of their own that system libraries do not fit.
set -euo pipefail
cd "$(dirname "$0")/.."
CXX=${CXX:-clang++-19}
CXXFLAGS=${CXXFLAGS:--O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined}
LIB_FUZZING_ENGINE=${LIB_FUZZING_ENGINE:--fsanitize=fuzzer,address,undefined}
: "${OUT:?set OUT to the folder for the programs}"
mkdir -p "$OUT"
work=${WORK:-$(mktemp -d)}/mqttspec
mkdir -p "$work"

targets=$(sed -n 's/^set(fuzz_targets \(.*\))$/\1/p' fuzz/CMakeLists.txt)
shared=$(sed -n 's/^set(fuzz_shared \(.*\))$/\1/p' fuzz/CMakeLists.txt)
sources=$(find harness/{base,wire,model,script,broker,trace,oracle,observe} -name '*.cc' ! -name '*_test.cc' ! -name '*_bench.cc')
for name in $shared arena.cc; do sources+=" fuzz/$name"; done
for name in $targets; do sources+=" fuzz/$name.cc"; done

compile() {  # compile SOURCE: an object named after its path
  # shellcheck disable=SC2086
  $CXX $CXXFLAGS -std=c++20 -DFMT_HEADER_ONLY -DMQTTSPEC_LIBFUZZER -Iharness -I. -c "$1" \
    -o "$work/${1//\//_}.o"
}
export -f compile
export CXX CXXFLAGS work
printf '%s\n' $sources | xargs -P "${JOBS:-$(nproc)}" -I{} bash -c 'compile {}'

# An archive, so that each program holds only what it needs.
library=$work/libmqttspec_fuzz.a
rm -f "$library"
for source in $sources; do
  case " $targets " in
    *" $(basename "$source" .cc) "*) [ "$(dirname "$source")" = fuzz ] && continue ;;
  esac
  printf '%s\n' "$work/${source//\//_}.o"
done | xargs "${AR:-ar}" rcs "$library"
for name in $targets; do
  # shellcheck disable=SC2086
  $CXX $CXXFLAGS "$work/fuzz_$name.cc.o" "$library" $LIB_FUZZING_ENGINE -o "$OUT/fuzz_$name"
  python3 - "$OUT/fuzz_${name}_seed_corpus.zip" corpus/*/"$name" <<'PYTHON'
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for folder in sys.argv[2:]:
        for name in sorted(os.listdir(folder)):
            archive.write(os.path.join(folder, name), name)
PYTHON
  longest=$(sed -n "s/.*{\"$name\", .*, \([0-9]*\)},.*/\1/p" fuzz/targets.cc)
  printf '[libfuzzer]\nmax_len = %s\n' "$longest" > "$OUT/fuzz_$name.options"
done
cp fuzz/mqtt.dict "$OUT/fuzz_decode.dict"
printf 'dict = fuzz_decode.dict\n' >> "$OUT/fuzz_decode.options"

#!/usr/bin/env python3
"""keep_new.py FUZZER KEPT CANDIDATES SEEDS OPTION...: fills folder KEPT with those files of folder
CANDIDATES that add coverage to folder SEEDS, as few as do, under the names that they have.

libFuzzer's -set_cover_merge chooses; it names what it keeps by its hash.
"""
import os
import shutil
import subprocess
import sys
import tempfile


def files_of(folder):
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            yield name, file.read()


def main():
    fuzzer, kept, candidates, seeds, *options = sys.argv[1:]
    names = {}
    for name, octets in files_of(candidates):
        names.setdefault(octets, name)
    old = {octets for _, octets in files_of(seeds)}
    with tempfile.TemporaryDirectory() as merged:
        for name, octets in files_of(seeds):
            shutil.copy(os.path.join(seeds, name), merged)
        done = subprocess.run([fuzzer, *options, "-set_cover_merge=1", merged, candidates],
                              capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stderr[-4000:], file=sys.stderr)
            return 1
        chosen = [octets for _, octets in files_of(merged) if octets not in old]
    shutil.rmtree(kept, ignore_errors=True)
    os.makedirs(kept)
    for octets in chosen:
        with open(os.path.join(kept, names[octets]), "wb") as file:
            file.write(octets)
    print(f"{kept}: {len(chosen)} of {len(names)}, {sum(map(len, chosen))} octets")
    return 0


if __name__ == "__main__":
    sys.exit(main())

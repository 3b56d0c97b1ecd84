#!/usr/bin/env python3
"""check_floors.py FLOORS FOLDER: holds what each fuzz target reaches from its corpus to its floors.

FOLDER has an export of llvm-cov a target, fuzz-TARGET.json. A line of FLOORS is one of

    TARGET lines PATH PERCENT      of all lines in files whose path begins with PATH
    TARGET function NAME           some function with this in its qualified name ran

A target that goes dead, or cannot get to what it is there for, fails here and not in silence.
"""
import json
import subprocess
import sys


def load(folder, target):
    with open(f"{folder}/fuzz-{target}.json", encoding="utf-8") as file:
        return json.load(file)["data"][0]


def line_percent(data, prefix):
    count = covered = 0
    for each in data["files"]:
        if f"/{prefix}" in each["filename"]:
            count += each["summary"]["lines"]["count"]
            covered += each["summary"]["lines"]["covered"]
    return 100.0 * covered / count if count else 0.0


def functions_that_ran(data):
    names = [f["name"].split(":")[-1] for f in data["functions"] if f["count"] > 0]
    plain = subprocess.run(["llvm-cxxfilt-19"], input="\n".join(names), text=True,
                           capture_output=True, check=True).stdout
    return [line.split("(")[0] for line in plain.replace("(anonymous namespace)", "{anonymous}").splitlines()]


def main():
    floors, folder = sys.argv[1], sys.argv[2]
    exports, ran = {}, {}
    checked = failed = 0
    with open(floors, encoding="utf-8") as file:
        lines = [line.split("#")[0].split() for line in file]
    for words in filter(None, lines):
        target, kind, name = words[:3]
        data = exports.setdefault(target, None) or load(folder, target)
        exports[target] = data
        checked += 1
        if kind == "lines":
            reached, wanted = line_percent(data, name), float(words[3])
            good = reached >= wanted
            print(f"{'ok    ' if good else 'FAILED'} {target:10} {name:28} {reached:5.1f} % of the lines, floor {wanted:g} %")
        elif kind == "function":
            if target not in ran:
                ran[target] = functions_that_ran(data)
            good = any(name == f or f.endswith("::" + name) for f in ran[target])
            if not good:
                print(f"FAILED {target:10} never reaches {name}")
        else:
            print(f"FAILED {target:10} '{kind}' is no kind of floor")
            good = False
        failed += not good
    print(f"{checked} floors, {failed} not reached")
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main())

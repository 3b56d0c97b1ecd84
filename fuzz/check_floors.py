#!/usr/bin/env python3
"""check_floors.py FLOORS BUILD: holds what each fuzz target reaches from its corpus to its floors.

BUILD is a build folder of the preset `gcc-coverage`, with `replay` built. Each target is replayed
over corpus/*/TARGET, and gcov tells what ran. A line of FLOORS is one of

    TARGET lines PATH PERCENT      of all lines in files whose path begins with PATH
    TARGET function NAME           some function with this in its qualified name ran

TARGET `all` means: by some target. A target that goes dead, or cannot get to what it is there for,
fails here and not in silence.
"""
import glob
import json
import os
import re
import subprocess
import sys

GCOV = os.environ.get("GCOV", "gcov-12")


def read_floors(path):
    with open(path, encoding="utf-8") as file:
        return [words for words in (line.split("#")[0].split() for line in file) if words]


class Reached:
    """Lines and functions that ran, of files under harness/ and fuzz/."""

    def __init__(self):
        self.lines = {}  # path -> {number: ran}
        self.functions = set()

    def add(self, other):
        for path, lines in other.lines.items():
            mine = self.lines.setdefault(path, {})
            for number, ran in lines.items():
                mine[number] = mine.get(number, False) or ran
        self.functions |= other.functions

    def percent(self, prefix):
        lines = [ran for path, of in self.lines.items() if path.startswith(prefix)
                 for ran in of.values()]
        return 100.0 * sum(lines) / len(lines) if lines else 0.0

    def has_function(self, name):
        return any(f == name or f.endswith("::" + name) for f in self.functions)


def plain_name(demangled):
    name = demangled.replace("(anonymous namespace)", "{anonymous}")
    name = re.sub(r"\[abi:[^\]]*\]", "", name).split("(")[0]
    return name.split(" ")[-1]  # behind a template's return type


ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def source_path(path):
    """From harness/ or fuzz/ on; None: not ours. The compiler maps |path| to begin at the root, and
    headers are found through links in the build folder."""
    found = re.search(r"^((?:harness|fuzz)/.*)",
                      os.path.relpath(os.path.realpath(os.path.join(ROOT, path)), ROOT))
    return found.group(1) if found else None


def gcov(data_files):
    reached = Reached()
    done = subprocess.run([GCOV, "--json-format", "--stdout", "--demangled-names", *data_files],
                          capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        if not line.startswith("{"):
            continue
        data = json.loads(line)
        for file in data["files"]:
            path = source_path(file["file"])
            if path is None:
                continue
            lines = reached.lines.setdefault(path, {})
            for each in file["lines"]:
                number = each["line_number"]
                lines[number] = lines.get(number, False) or each["count"] > 0
            for each in file["functions"]:
                if each["execution_count"] > 0:
                    reached.functions.add(plain_name(each["demangled_name"]))
    return reached


def measure(target, build):
    """Replays the corpus of |target|; None when an input fails."""
    for path in glob.glob(f"{build}/**/*.gcda", recursive=True):
        os.remove(path)
    corpus = sorted(glob.glob(f"{ROOT}/corpus/*/{target}"))
    done = subprocess.run([f"{build}/fuzz/replay", target, *corpus], capture_output=True, text=True)
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    if done.returncode != 0:
        return None
    return gcov(sorted(glob.glob(f"{build}/**/*.gcda", recursive=True)))


def check(words, reached):
    """Prints what |words| asks for when it is a percentage or is missed; True when it holds."""
    target, kind, name = words[:3]
    if kind == "lines":
        percent, floor = reached.percent(name), float(words[3])
        print(f"{'ok    ' if percent >= floor else 'FAILED'} {target:10} {name:36} "
              f"{percent:5.1f} % of the lines, floor {floor:g} %")
        return percent >= floor
    if kind == "function":
        if not reached.has_function(name):
            print(f"FAILED {target:10} never reaches {name}")
            return False
        return True
    print(f"FAILED {target:10} '{kind}' is no kind of floor")
    return False


def main():
    floors, build = read_floors(sys.argv[1]), os.path.abspath(sys.argv[2])
    everything, failed, checked = Reached(), 0, 0
    targets = list(dict.fromkeys(words[0] for words in floors if words[0] != "all"))
    for target in targets:
        reached = measure(target, build)
        if reached is None:
            print(f"FAILED {target:10} its corpus does not pass")
            failed += 1
            continue
        everything.add(reached)
        for words in floors:
            if words[0] == target:
                checked += 1
                failed += not check(words, reached)
    for words in floors:
        if words[0] == "all":
            checked += 1
            failed += not check(words, everything)
    print(f"{checked} floors of {len(targets)} targets, {failed} not reached")
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main())

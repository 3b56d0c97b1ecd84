#!/usr/bin/env python3
"""ci/check_layers.py BUILD: an include across the arrows of CMakeLists.txt must not compile.

For each pair of folders it asks the compiler, with the flags of the first, for a header of the second.
It must be found where the first links the second, and must not be found elsewhere."""
import json
import pathlib
import re
import shlex
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
build = pathlib.Path(sys.argv[1]).resolve()
text = re.sub(r"#.*", "", (root / "CMakeLists.txt").read_text())
folders = {}
links = {}
for call in re.findall(r"^\s*mqttspec_library\((.*?)\)\n", text, re.S | re.M):
    name, folder, *rest = re.sub(r"\$<.*>", "", call, flags=re.S).split()
    folders[name] = root / folder
    links[name] = rest


def seen_by(name):
    out, todo = set(), [name]
    while todo:
        one = todo.pop()
        if one in folders and one not in out:
            out.add(one)
            todo += links[one]
    return out


def flags_of(name):
    for unit in json.loads((build / "compile_commands.json").read_text()):
        if pathlib.Path(unit["file"]).parent == folders[name] and "_test" not in unit["file"]:
            words = shlex.split(unit["command"])
            compiler = next(w for w in words if re.search(r"(clang|g)\+\+", w))
            return unit["directory"], [compiler] + [
                w for w in words if w.startswith(("-I", "-std", "-D"))
            ]
    return None


def finds(flags, header):
    directory, command = flags
    return subprocess.run(
        command + ["-E", "-x", "c++", "-"],
        input=f'#if !__has_include("{header}")\n#error\n#endif\n',
        cwd=directory, text=True, capture_output=True, check=False,
    ).returncode == 0


faults = []
pairs = 0
for name in folders:
    flags = flags_of(name)
    if flags is None:
        continue
    for other, folder in folders.items():
        header = f"{folder.name}/{min(p.name for p in folder.glob('*.h'))}"
        may = other in seen_by(name)
        pairs += 1
        if finds(flags, header) != may:
            faults.append(f"{name} {'does not find' if may else 'finds'} {header}")
print("\n".join(faults) if faults else f"{pairs} pairs of folders, as CMakeLists.txt links them")
sys.exit(1 if faults else 0)

#!/usr/bin/env python3
"""Checks that the catalogue in cases/statements is complete and consistent with itself.

Usage: check_catalogue.py [DIRECTORY]

Prints one line for each fault and exits 1; prints the counts and exits 0 when there is none.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

# How many statements each standard numbers.
NUMBERED = {"5": 251, "3.1.1": 141}
# Un-numbered rules may be added; none may get lost.
LEAST_UNNUMBERED = {"5": 128, "3.1.1": 38}
FILES = {"5": "v5.json", "3.1.1": "v311.json"}
PREFIX = {"5": "v5", "3.1.1": "v311"}
PURPOSES = 304
GROUPS = 21

LEVELS = {"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"}
WHO = {"server", "client", "both"}
STATUSES = {"testable", "client", "untestable"}

STATEMENT_FIELDS = {
    "id": str,
    "version": str,
    "section": str,
    "level": str,
    "who": str,
    "summary": str,
    "status": str,
    "why": str,
    "session": bool,
    "how": str,
    "note": str,
    "comment": bool,
    "about": list,
}
PURPOSE_FIELDS = {
    "id": str,
    "group": str,
    "title": str,
    "versions": list,
    "statements": list,
    "expected": str,
    "freedom": str,
    "shortest_seconds": (int, str),
}
OPTIONAL_PURPOSE_FIELDS = {"cross": bool}

PACKETS = ("CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK PINGRESP DISCONNECT AUTH").split()
# Where a server shows whether it keeps a statement (harness/script/about.h).
ABOUT = re.compile(
    r"close|order|window|form|(no )?(%s)|(%s)\.[a-z_]+(=\d+)?!?" % ("|".join(PACKETS), "|".join(PACKETS))
)

SECTION = re.compile(r"[1-9]\d*(\.[1-9]\d*)*")
NUMBERED_ID = re.compile(r"MQTT-([1-7])\.(\d+)\.(\d+)-([1-9]\d*)")
PURPOSE_ID = re.compile(r"S-([A-Z0-9]+)-\d{2}")
SECONDS_WITH_GRACE = re.compile(r"(\d+|E)\+grace")


class faults:
    def __init__(self):
        self.lines = []

    def add(self, where, what):
        self.lines.append(f"{where}: {what}")


def load(path, found):
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        found.add(path.name, problem)
        return []
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        found.add(path.name, "is not an array of objects")
        return []
    return data


def has_fields(entry, fields, optional, where, found):
    """True when |entry| has all of |fields| with their types, and no others."""
    right = True
    for name, kind in fields.items():
        # bool is an int to Python, but not to the readers of these files.
        wrong_bool = isinstance(entry.get(name), bool) and kind is not bool
        if name not in entry:
            found.add(where, f"has no field '{name}'")
            right = False
        elif wrong_bool or not isinstance(entry[name], kind):
            found.add(where, f"field '{name}' has the wrong type")
            right = False
    for name, value in entry.items():
        if name in optional and isinstance(value, optional[name]):
            continue
        if name not in fields:
            found.add(where, f"has an unknown field '{name}'")
            right = False
    return right


def report_duplicates(ids, name, found):
    for identifier, count in Counter(ids).items():
        if count > 1:
            found.add(name, f"{identifier} occurs {count} times")


def sort_key(entry):
    numbers = tuple(int(number) for number in re.findall(r"\d+", entry["id"]))
    numbered = entry["id"].startswith("MQTT-")
    section = tuple(int(number) for number in entry["section"].split("."))
    return section, not numbered, numbers if numbered else (), entry["id"]


def id_matches_section(entry, version):
    """A numbered id names the section up to three levels; an un-numbered one names it in full."""
    section = entry["section"].split(".")
    match = NUMBERED_ID.fullmatch(entry["id"])
    if match:
        named = [level for level in match.groups()[:3] if level != "0"]
        return section[: len(named)] == named or named[: len(section)] == section
    match = re.fullmatch(PREFIX[version] + r"-([\d.]+)-[a-z]", entry["id"])
    return bool(match) and re.sub(r"\.0$", "", match.group(1)) == entry["section"]


def check_statements(version, entries, found):
    name = FILES[version]
    good = []
    for position, entry in enumerate(entries):
        where = f"{name}: {entry.get('id', f'entry {position}')}"
        if not has_fields(entry, STATEMENT_FIELDS, {}, where, found):
            continue
        if entry["version"] != version:
            found.add(where, f"is of version {entry['version']}")
        for field, allowed in (("level", LEVELS), ("who", WHO), ("status", STATUSES)):
            if entry[field] not in allowed:
                found.add(where, f"field '{field}' says '{entry[field]}'")
        if not entry["summary"].strip():
            found.add(where, "has no summary")
        if entry["status"] == "testable":
            if not entry["how"].strip():
                found.add(where, "is testable but does not say how")
            if entry["why"]:
                found.add(where, "is testable but says why it is not")
        elif not entry["why"].strip():
            found.add(where, f"is {entry['status']} but does not say why")
        if (entry["who"] == "client") != (entry["status"] == "client"):
            found.add(where, "binds the client only, or has status 'client', but not both")
        for about in entry["about"]:
            if not isinstance(about, str) or not ABOUT.fullmatch(about):
                found.add(where, f"field 'about' says '{about}'")
        if len(set(entry["about"])) != len(entry["about"]):
            found.add(where, "field 'about' says something twice")
        if (entry["status"] == "testable") != bool(entry["about"]):
            found.add(where, "is testable, or says what it is about, but not both")
        if entry["comment"] and entry["id"].startswith("MQTT-"):
            found.add(where, "has a number, and comments have none")
        if not SECTION.fullmatch(entry["section"]):
            found.add(where, f"section '{entry['section']}' is not well formed")
            continue
        well_formed = NUMBERED_ID.fullmatch(entry["id"]) or re.fullmatch(
            PREFIX[version] + r"-[\d.]+-[a-z]", entry["id"]
        )
        if not well_formed:
            found.add(where, "the id is not well formed")
            continue
        if not id_matches_section(entry, version):
            found.add(where, f"does not belong to section {entry['section']}")
        good.append(entry)

    report_duplicates([entry["id"] for entry in good], name, found)
    for before, after in zip(good, good[1:]):
        if sort_key(before) > sort_key(after):
            found.add(name, f"{after['id']} stands behind {before['id']}")
    numbered = sum(1 for entry in good if entry["id"].startswith("MQTT-"))
    if numbered != NUMBERED[version]:
        found.add(name, f"{numbered} numbered statements instead of {NUMBERED[version]}")
    if len(good) - numbered < LEAST_UNNUMBERED[version]:
        least = LEAST_UNNUMBERED[version]
        found.add(name, f"{len(good) - numbered} un-numbered rules, fewer than {least}")
    return {f"{PREFIX[version]}:{entry['id']}" for entry in good}


def check_groups(entries, found):
    good = []
    for position, entry in enumerate(entries):
        where = f"groups.json: {entry.get('id', f'entry {position}')}"
        if has_fields(entry, {"id": str, "title": str}, {}, where, found):
            good.append(entry["id"])
            if not entry["title"].strip():
                found.add(where, "has no title")
    report_duplicates(good, "groups.json", found)
    if len(good) != GROUPS:
        found.add("groups.json", f"{len(good)} groups instead of {GROUPS}")
    return good


def check_purposes(entries, groups, statements, found):
    ids = []
    for position, entry in enumerate(entries):
        where = f"purposes.json: {entry.get('id', f'entry {position}')}"
        if not has_fields(entry, PURPOSE_FIELDS, OPTIONAL_PURPOSE_FIELDS, where, found):
            continue
        ids.append(entry["id"])
        match = PURPOSE_ID.fullmatch(entry["id"])
        if not match or match.group(1) != entry["group"]:
            found.add(where, f"the id does not fit the group {entry['group']}")
        if entry["group"] not in groups:
            found.add(where, f"there is no group {entry['group']}")
        for field in ("title", "expected", "freedom"):
            if not entry[field].strip():
                found.add(where, f"field '{field}' is empty")
        if entry["versions"] not in (["5"], ["3.1.1"], ["5", "3.1.1"]):
            found.add(where, f"versions are {entry['versions']}")
        if "cross" in entry and entry["versions"] != ["5", "3.1.1"]:
            found.add(where, "is cross-version but does not name both versions")
        seconds = entry["shortest_seconds"]
        if isinstance(seconds, str) and not SECONDS_WITH_GRACE.fullmatch(seconds):
            found.add(where, f"shortest_seconds is '{seconds}'")
        if isinstance(seconds, int) and seconds < 0:
            found.add(where, "shortest_seconds is negative")
        if not entry["statements"]:
            found.add(where, "names no statement")
        for statement in entry["statements"]:
            if not isinstance(statement, str) or statement not in statements:
                found.add(where, f"{statement} is not in the catalogue")
    report_duplicates(ids, "purposes.json", found)
    if len(ids) != PURPOSES:
        found.add("purposes.json", f"{len(ids)} purposes instead of {PURPOSES}")


def check_session_coverage(statements, purposes, found):
    """Every rule of session state that can be seen from outside has a purpose."""
    named = {s for entry in purposes for s in entry.get("statements", []) if isinstance(s, str)}
    for version, entries in statements.items():
        for entry in entries:
            if entry.get("session") is True and entry.get("status") == "testable":
                if f"{PREFIX[version]}:{entry['id']}" not in named:
                    found.add(FILES[version], f"{entry['id']} is about sessions; no purpose names it")


def check_equivalence(entries, statements, found):
    good = []
    for position, entry in enumerate(entries):
        where = f"equivalence.json: {entry.get('v5', f'entry {position}')}"
        if not has_fields(entry, {"v5": str, "v311": str}, {}, where, found):
            continue
        good.append(entry["v5"])
        for side in ("v5", "v311"):
            if not entry[side].startswith(side + ":") or entry[side] not in statements:
                found.add(where, f"{entry[side]} is not in the catalogue of {side}")
    report_duplicates(good, "equivalence.json", found)


def main(arguments):
    if len(arguments) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    home = Path(__file__).resolve().parent.parent / "cases" / "statements"
    folder = Path(arguments[0]) if arguments else home
    found = faults()

    statements = {version: load(folder / name, found) for version, name in FILES.items()}
    known = set()
    for version, entries in statements.items():
        known |= check_statements(version, entries, found)
    groups = check_groups(load(folder / "groups.json", found), found)
    purposes = load(folder / "purposes.json", found)
    check_purposes(purposes, groups, known, found)
    check_session_coverage(statements, purposes, found)
    equivalence = load(folder / "equivalence.json", found)
    check_equivalence(equivalence, known, found)

    for line in found.lines:
        print(line)
    if found.lines:
        print(f"catalogue: {len(found.lines)} faults")
        return 1
    print(
        f"catalogue: {len(statements['5'])} statements of 5.0, "
        f"{len(statements['3.1.1'])} of 3.1.1, {len(purposes)} purposes in {len(groups)} groups, "
        f"{len(equivalence)} equivalences"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

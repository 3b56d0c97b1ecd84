#!/usr/bin/env python3
"""Runs the suite on the embedded broker in each set-up that cases ask for, and fails when a run fails or
when a case is skipped in all of them.

Usage: check_targets.py [MQTTSPEC]

Set-ups are simulated. What needs listeners of other transports, or two nodes, runs over sockets: both
nodes are listeners of one broker.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# The options of `mqttspec run --simulate`, one set-up a line.
SET_UPS = [
    "",
    "--user tester --password-env MQTTSPEC_TEST_PASSWORD",
    "--queue-limit 8 caps/** packets/answers/overflow**",
    "--queue-limit 8 --queue-overflow drop-oldest caps/**",
    "--queue-overflow drop-oldest",
    "--queue-overflow disconnect",
    "--qos0-queued",
    "--session-expiry-max 10",
    "--session-expiry-max 0",
    "--v311-session-expiry 5 profile/time/** v311/bounded**",
    "--maximum-packet-size 4096",
    "--maximum-qos 1",
    "--maximum-qos 0",
    "--receive-maximum 20",
    "--topic-alias-maximum 0",
    "--no-retain",
    "--server-keep-alive 5",
    "--refuse-empty-client-id",
    "--forget-on-restart",
    "--test-authentication",
    "--denied-topics",
    "--odd no-wildcards",
    "--odd no-shares",
    "--odd no-subscription-identifiers",
    "--odd copy-for-each-subscription",
]
OVER_SOCKETS = ["transports/**", "cluster/**"]


def run(mqttspec, options, directory, number):
    """The outcomes by case, what the run says about itself, and whether it is as it should be."""
    report = Path(directory) / f"{number}.json"
    command = [mqttspec, "run", "--quiet", "--slow", f"--report-json={report}", *options]
    secret = dict(os.environ, MQTTSPEC_TEST_PASSWORD="secret")
    done = subprocess.run(command, env=secret, capture_output=True, text=True, check=False)
    text = report.read_text(encoding="utf-8") if report.exists() else '{"cases": []}'
    outcomes = {case["id"]: (case["outcome"], case["reason"]) for case in json.loads(text)["cases"]}
    if done.returncode != 0:
        return outcomes, f"exit status {done.returncode}\n{done.stdout}{done.stderr}", False
    return outcomes, next(line for line in done.stdout.splitlines() if line.startswith("OK:")), True


def listeners(broker, number):
    """The addresses that it tells, by transport."""
    found = {}
    for _ in range(number):
        address = broker.stdout.readline().removeprefix("listening on ").strip()
        over, _, place = address.rpartition("://")
        found.setdefault(over or "tcp", []).append(place)
    return found


def run_over_sockets(mqttspec, directory):
    authority = Path(directory) / "authority.pem"
    wanted = ["127.0.0.1:0", "127.0.0.1:0", "tls://127.0.0.1:0", "ws://127.0.0.1:0", "wss://127.0.0.1:0"]
    command = [mqttspec, "broker", f"--authority={authority}"]
    for address in wanted:
        command += ["--listen", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as broker:
        try:
            at = listeners(broker, len(wanted))
            one, two = at["tcp"]
            options = ["--broker", one, "--node", f"one={one}", "--node", f"two={two}", f"--ca={authority}"]
            options += ["--transport", f"tls={at['tls'][0]}"]
            options += ["--transport", f"ws={at['ws'][0]}/mqtt", "--transport", f"wss={at['wss'][0]}/mqtt"]
            return run(mqttspec, options + OVER_SOCKETS, directory, "sockets")
        finally:
            broker.terminate()


def main():
    mqttspec = sys.argv[1] if len(sys.argv) > 1 else "build/test/mqttspec"
    with tempfile.TemporaryDirectory() as directory:
        def simulated(numbered):
            number, text = numbered
            return run(mqttspec, ["--simulate", *text.split()], directory, number)

        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(simulated, enumerate(SET_UPS)))
        outcomes.append(run_over_sockets(mqttspec, directory))
    for text, (_, said, good) in zip([*SET_UPS, "over sockets, all transports"], outcomes):
        print(f"{'ok' if good else 'FAILED':6} {text or 'as it is':54} {said}")
    reasons, played = {}, set()
    for cases, _, _ in outcomes:
        for case, (outcome, reason) in cases.items():
            reasons.setdefault(case, reason)
            if outcome != "skip":
                played.add(case)
    never = sorted(set(reasons) - played)
    for case in never:
        print(f"NEVER {case}: {reasons[case]}")
    print(f"{len(played)} cases ran in {len(outcomes)} set-ups, {len(never)} are skipped in each")
    return 1 if never or not all(good for _, _, good in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())

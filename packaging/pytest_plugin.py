"""Fixtures for people who test their own broker or client from Python.

    def test_my_client(mqttspec_broker):          # the reference broker, on a free port
        my_client.connect(*mqttspec_broker)

    def test_my_broker(mqttspec_run):
        mqttspec_run("--broker", "127.0.0.1:1883", "clean_start/**")
"""

import re
import subprocess

import pytest

from mqttspec import PROGRAM


@pytest.fixture
def mqttspec_broker():
    """Host and port of the reference broker, which runs until the test ends."""
    process = subprocess.Popen([PROGRAM, "broker", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        yield "127.0.0.1", int(re.search(r":(\d+)\s*$", line)[1])
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@pytest.fixture
def mqttspec_run():
    """Runs cases with the given words; fails the test, with the console's text, unless all is as expected."""

    def run(*words):
        done = subprocess.run([PROGRAM, "run", *words], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.fail(f"{done.stdout}{done.stderr}mqttspec run ended with {done.returncode}", pytrace=False)
        return done.stdout

    return run

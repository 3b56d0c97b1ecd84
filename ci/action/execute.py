"""Executes ci/action.yml and ci/gitlab.yml as a runner would; see ci/test-templates."""

import os
import re
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

folder, archive = Path(sys.argv[1]), sys.argv[2]
SYSTEM = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": os.environ["HOME"]}
BROKER = "mqttspec broker --listen 127.0.0.1:{port}"
CASE = "clean_start/session_present/stored-session-is-present-on-resume"


def action(name, **given):
    """Runs all steps with these inputs. (exit code, output, outputs, job summary)"""
    description = YAML(typ="safe").load(folder / "action.yml")
    inputs = {key: str(value.get("default", "")) for key, value in description["inputs"].items()}
    assert set(given) <= set(inputs), given
    inputs.update(given)
    work = Path(name)
    work.mkdir()
    files = {v: work / v.lower() for v in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.touch()
    status, output = 0, ""
    for step in description["runs"]["steps"]:
        assert step["shell"] == "bash" and "${{" not in step["run"], "an input in a script's text"
        values = {k: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda m: inputs[m[1]], v) for k, v in step["env"].items()}
        path = ":".join([*files["GITHUB_PATH"].read_text().split("\n")[:-1], SYSTEM["PATH"]])
        environment = {**SYSTEM, **{k: str(v.resolve()) for k, v in files.items()}, **values, "PATH": path,
                       "GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": str(folder), "RUNNER_TEMP": str(work.resolve())}
        done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=work, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        output += done.stdout
        status = done.returncode
        if status != 0:
            break
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    for value in description["outputs"].values():
        assert re.fullmatch(r"\$\{\{ steps\.run\.outputs\.([a-z-]+) \}\}", value["value"])[1] in outputs, value
    return status, output, outputs, files["GITHUB_STEP_SUMMARY"].read_text()


def expect(what, condition, output):
    if not condition:
        sys.exit(f"FAILED: {what}\n{output}")


status, output, outputs, summary = action("good", archive=archive, broker="127.0.0.1:0", start=BROKER, patterns=f"{CASE} queue/order/**")
expect("a sound broker passes", status == 0 and outputs["exit-code"] == "0", output)
expect("the lines of cases are in a group", output.count("::group::") == 1 == output.count("::endgroup::"), output)
for file in ("results.json", "report.html", "junit.xml", "report.sarif"):
    expect(file, (Path("good") / outputs["reports"] / file).stat().st_size > 100, output)
expect("a job summary", "No violation found" in summary, summary)

status, output, outputs, summary = action("bad", archive=archive, broker="127.0.0.1:0", start=BROKER + " --defect session-present-always-0", patterns=CASE)
expect("a defect is unexpected", status == 1 and outputs["exit-code"] == "1", output)
expect("it is annotated", re.search(r"^::error .*title=clean_start/.*::CONNACK\.session_present: expected 1, got 0%0A", output, re.M), output)
expect("and in the summary", CASE.split("/")[-1] in summary, summary)

Path("known.txt").write_text(f"fail {CASE} # a defect\n")
status, output, outputs, _ = action("known", archive=archive, broker="127.0.0.1:0", start=BROKER + " --defect session-present-always-0", patterns=CASE,
                                    baseline=str(Path("known.txt").resolve()), options="--quiet --timeout 3s", reports="out")
expect("a known failure is expected", status == 0 and outputs["reports"] == "out", output)

status, output, outputs, _ = action("nobody", archive=archive, broker="127.0.0.1:1", patterns="$(touch${IFS}obeyed) `touch obeyed`")
expect("no broker, or no case: 3 or 4", status in (3, 4), output)
expect("inputs are never a script", not Path("nobody/obeyed").exists(), output)

job = YAML(typ="safe").load(folder / "gitlab.yml")[".mqttspec"]
# A runner of GitLab starts the image's entry point with the words of a shell. Ours is mqttspec, which
# knows no such words: the job has to take it away.
entry = [line for line in (folder.parent / "packaging/Dockerfile").read_text().splitlines() if line.startswith("ENTRYPOINT")]
reset = isinstance(job["image"], dict) and job["image"].get("entrypoint") == [""]
expect("the GitLab job starts a shell in the image", reset or not entry, job["image"])
for defect, wanted in (("", 0), (" --defect session-present-always-0", 1)):
    variables = {**job["variables"], "MQTTSPEC_BROKER": "127.0.0.1:0", "MQTTSPEC_START": BROKER + defect, "MQTTSPEC_PATTERNS": CASE}
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**SYSTEM, **variables, "PATH": f"{Path('good/mqttspec/bin').resolve()}:{SYSTEM['PATH']}"})
    expect("the GitLab job", done.returncode == wanted, done.stdout)
    for file in job["artifacts"]["paths"] + [job["artifacts"]["reports"]["junit"]]:
        expect(file, Path(file).exists(), done.stdout)
    expect("no commands outside of GitHub", "::" not in done.stdout, done.stdout)

print("action and GitLab job: schemas hold, steps executed, 4 and 2 runs as expected")

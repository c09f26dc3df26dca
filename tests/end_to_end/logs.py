#!/usr/bin/python3
"""Where the log goes: to standard error, to a file, or to the journal with its priorities; and no program leaves a core."""

import argparse
import os
import resource
import signal
import subprocess
import sys
import time

from stage import Failed, Stage, free_port
from wrong_input import expect


def run(stage, errors, *words, **variables):
    """A collector that runs with its standard error there, until its first line came; what it wrote."""
    environment = stage.environment() | {k: str(v) for k, v in variables.items()}
    command = [os.path.join(stage.bin, "plotmeter-collector"), "run", "--state", stage.path("state"), "--range", "127.94.250.1",
               "--timeout", "100ms", "--retries", "0", "--port", str(free_port()), *words]
    watched = words[words.index("--log-file") + 1] if "--log-file" in words else errors
    with open(errors, "w", encoding="utf-8") as f:
        about = os.fstat(f.fileno())
        environment = {k: v.replace("DEV:INODE", f"{about.st_dev}:{about.st_ino}") for k, v in environment.items()}
        popen = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=f)
    deadline = time.monotonic() + 30
    while not (os.path.exists(watched) and "running" in open(watched, encoding="utf-8").read()):
        expect(time.monotonic() < deadline and popen.poll() is None, f"it wrote nothing to {watched}: {open(errors).read()}")
        time.sleep(0.05)
    popen.terminate()
    expect(popen.wait(20) == 0, f"it ended with {popen.returncode}")
    with open(errors, encoding="utf-8") as f:
        return f.read()


def cores_are_left_by_nobody(stage):
    def limits():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def aborted(command, ready):
        popen = subprocess.Popen(command, env=stage.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, preexec_fn=limits, cwd=stage.dir)
        while ready:
            line = popen.stdout.readline()
            expect(line, f"{command} ended early")
            if ready in line:
                break
        with open(f"/proc/{popen.pid}/limits", encoding="ascii") as f:
            limit = next(line.split()[4] for line in f if line.startswith("Max core file size"))
        popen.send_signal(signal.SIGABRT)
        _, status = os.waitpid(popen.pid, 0)
        popen.returncode = -signal.SIGABRT
        popen.stdout.close()
        expect(os.WIFSIGNALED(status), f"{command} lived on")
        return limit, os.WCOREDUMP(status)

    portal = stage.path("portal")
    stage.run("plotmeter-portal", "init", "--data", portal)
    for name, command, ready in (
            ("plotmeter-collector", ["run", "--state", stage.path("state"), "--range", "127.94.250.1", "--port", str(free_port())], b"running"),
            ("plotmeter-portal", ["serve", "--data", portal, "--listen", "127.0.0.1:0"], b"ready")):
        limit, dumped = aborted([os.path.join(stage.bin, name), *command], ready)
        expect(limit == "0" and not dumped, f"{name}: limit {limit}, dumped {dumped}")
        print(f"{name} aborts without a core")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        plain = run(stage, stage.path("plain"))
        expect("Z info running " in plain, plain)
        journal = run(stage, stage.path("journal"), JOURNAL_STREAM="DEV:INODE")
        expect("<6>running " in journal and "Z info" not in journal, journal)
        inherited = run(stage, stage.path("inherited"), JOURNAL_STREAM="8:4711")
        expect("Z info running " in inherited, inherited)
        log = stage.path("collector.log")
        errors = run(stage, stage.path("errors"), "--log-file", log, JOURNAL_STREAM="DEV:INODE")
        expect(errors == "" and "Z info running " in open(log, encoding="utf-8").read(), errors)
        expect(os.stat(log).st_mode & 0o777 == 0o600, "the file is not for its owner alone")
        failed = stage.run("plotmeter-collector", "run", "--state", stage.path("state"), "--log-file", "/proc/no/such.log",
                           "--range", "127.94.250.1", expect=1)
        expect("/proc/no/such.log" in failed.stderr, failed.stderr)
        print("standard error, journal and file")
        cores_are_left_by_nobody(stage)


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"logs: {failed}")

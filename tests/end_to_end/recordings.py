#!/usr/bin/python3
"""Every recorded device, replayed by our simulator and by one nobody here wrote, is read by the real collector.

For each recording the verdict must be one that recordings/verdicts.tsv allows, the program must end by itself, and what
it prints must be the golden file. `recordings.py --with plotmeter-sim|snmpsim`.
Exit code 77 (skipped) without the recordings or without snmpsim.
"""

import argparse
import glob
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time

from stage import Failed, Stage, free_port

SKIPPED = 77


def allowed_verdicts(folder):
    with open(os.path.join(folder, "verdicts.tsv"), encoding="utf-8") as f:
        return {name: verdict.split("|") for name, verdict in (line.rstrip("\n").split("\t") for line in f if line.strip())}


class OurSimulator:
    """One plotmeter-sim a recording."""

    def __init__(self, stage, folder):
        self.stage, self.folder = stage, folder

    def serve(self, name):
        port = free_port(socket.SOCK_DGRAM)
        self.running = self.stage.start("plotmeter-sim", "--recording", os.path.join(self.folder, "snmp", name + ".snmprec"),
                                        "--listen", f"127.0.0.1:{port}")
        self.running.ready()
        return port, "public"

    def done(self):
        self.running.stop()
        self.stage.programs.remove(self.running)


class Snmpsim:
    """One snmpsimd for all: the community names the recording."""

    def __init__(self, stage, folder):
        program = shutil.which("snmpsimd")
        if program is None:
            print("skipped: snmpsimd is not installed (./x setup installs it)")
            sys.exit(SKIPPED)
        self.port = free_port(socket.SOCK_DGRAM)
        # It will not run as root and wants to write its index: a copy in a folder of the stage, gone afterwards.
        data, cache = stage.path("snmpsim-data"), stage.path("snmpsim-cache")
        shutil.copytree(os.path.join(folder, "snmp"), data)
        os.makedirs(cache)
        command = [program, f"--data-dir={data}", f"--cache-dir={cache}", f"--agent-udpv4-endpoint=127.0.0.1:{self.port}"]
        if os.geteuid() == 0:
            user = "nobody"
            for folder_name in (stage.dir, data, cache):
                os.chmod(folder_name, 0o755)
                os.chown(folder_name, pwd.getpwnam(user).pw_uid, -1)
            command += [f"--process-user={user}", "--process-group=nogroup"]
        self.log = open(stage.path("snmpsim.log"), "w+", encoding="utf-8")
        self.popen = subprocess.Popen(command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.popen.poll() is not None:
                self.log.seek(0)
                raise Failed(f"snmpsimd ended with {self.popen.returncode}: {self.log.read()[-2000:]}")
            asked = subprocess.run(["snmpget", "-v2c", "-c", "linux_server", "-r0", "-t1", f"127.0.0.1:{self.port}",
                                    "1.3.6.1.2.1.1.2.0"], capture_output=True, check=False)
            if asked.returncode == 0:
                return
        raise Failed("snmpsimd does not answer")

    def serve(self, name):
        return self.port, name

    def done(self):
        pass

    def stop(self):
        self.popen.terminate()
        self.popen.wait(20)
        self.log.close()


def without_instants(value):
    """What does not depend on where and when it was read."""
    if isinstance(value, dict):
        return {k: without_instants(v) for k, v in value.items() if k not in ("at", "address", "seen_at", "unread")}
    if isinstance(value, list):
        return [without_instants(v) for v in value]
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--recordings", required=True)
    parser.add_argument("--golden", required=True)
    parser.add_argument("--with", dest="simulator", choices=["plotmeter-sim", "snmpsim"], required=True)
    options = parser.parse_args()
    if not os.path.isdir(os.path.join(options.recordings, "snmp")):
        print(f"skipped: no recordings in {options.recordings} (CMake option PLOTMETER_RECORDINGS)")
        return SKIPPED

    verdicts = allowed_verdicts(options.recordings)
    names = sorted(os.path.basename(p)[:-8] for p in glob.glob(os.path.join(options.recordings, "snmp", "*.snmprec")))
    wrong = []
    with Stage(options.bin) as stage:
        simulator = (OurSimulator if options.simulator == "plotmeter-sim" else Snmpsim)(stage, options.recordings)
        for name in names:
            port, community = simulator.serve(name)
            closed = free_port()
            read = stage.run("plotmeter-collector", "read", f"127.0.0.1:{port}", "--community", community, "--https-port",
                             closed, "--timeout", "2", "--retries", "1", "--json", expect=None)
            simulator.done()
            if read.returncode not in (0, 1):
                wrong.append(f"{name}: ended with {read.returncode}: {read.stderr[-500:]}")
                continue
            try:
                said = json.loads(read.stdout)
            except json.JSONDecodeError as error:
                wrong.append(f"{name}: {error}: {read.stdout[:300]} {read.stderr[-300:]}")
                continue
            verdict = said.get("verdict")
            # Fragments of a device have no line of their own: they must only be answered, and are never metered wrongly.
            if name in verdicts and verdict not in verdicts[name]:
                wrong.append(f"{name}: verdict {verdict}, allowed {verdicts[name]} (rule: {said.get('rule')})")
            if verdict == "large-format" and not said.get("reading"):
                wrong.append(f"{name}: large-format without a reading")
            golden = os.path.join(options.golden, name + ".json")
            text = json.dumps(without_instants(said), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
            if os.environ.get("PLOTMETER_GOLDEN"):
                with open(golden, "w", encoding="utf-8") as f:
                    f.write(text)
            elif not os.path.exists(golden):
                wrong.append(f"{name}: has no golden file; ./x golden writes it")
            elif open(golden, encoding="utf-8").read() != text:
                wrong.append(f"{name}: is not its golden file {golden}; ./x golden shows the difference")
            print(f"{name}: {verdict}")
        if options.simulator == "snmpsim":
            simulator.stop()
    missing = set(verdicts) - set(names)
    if missing:
        wrong.append(f"verdicts.tsv names recordings that are not there: {sorted(missing)}")
    print(f"{len(names)} recordings, {len(wrong)} wrong")
    for line in wrong:
        print("WRONG", line)
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        print(failed, file=sys.stderr)
        sys.exit(1)

#!/usr/bin/python3
"""Hostile and sick devices by the real programs: each is named with what was seen, and costs nobody else anything.

One simulated printer for every oddity; what `read` makes of it is compared with tests/golden/odd. Beside that a round of
`run --once` on healthy printers with sick ones among them, foreign devices, and the memory that huge documents cost.
"""

import argparse
import json
import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from stage import Failed, Stage, end_with, free_port, socket
from wrong_input import expect

START = "2026-10-01T00:00:00Z"
UNTIL = "2026-10-03T00:00:00Z"
# A web server may take so long for one document (collector/web); the time-out of SNMP is given.
WEB_TIMEOUT_S = 15
SNMP_TIMEOUT = "1s"
MOST_MEMORY_KB = 96 * 1024  # whatever comes, even a document of 300 MB

SNMP_ODDITIES = [
    "dead", "slow", "late-first", "v1-only", "v3-only", "jetdirect-context", "bulk=drop", "bulk=generr", "bulk=garbage",
    "endless-walk", "stuck-walk", "backward-walk", "garbage", "truncated", "wrong-request-id", "other-source", "falls",
    "wraps", "huge-strings", "nul-strings", "sparse-index", "index-zero", "hr-index"]
WEB_ODDITIES = ["web-slow"] + ["web=" + how for how in (
    "dead", "silent", "huge", "bomb", "laughs", "garbage", "html", "truncated", "gzip-bomb", "redirect", "401", "503",
    "new-certificate", "expired", "weak")]
# These answer a user of SNMPv3 only, or answer one differently.
WITH_USER = ["v3-only", "jetdirect-context"]
# How far such a walk comes is chance; what is said of it is not.
ENDLESS = ["endless-walk", "stuck-walk", "backward-walk"]


def normal(value, ports):
    """Without what depends on where and when it was read."""
    if isinstance(value, dict):
        return {k: normal(v, ports) for k, v in value.items() if k not in ("at", "seen_at", "clock_offset_ms")}
    if isinstance(value, list):
        return [normal(v, ports) for v in value]
    if isinstance(value, str):
        for name, port in ports.items():
            value = re.sub(rf"\b{port}\b", name, value)
        # A job that names no time of its own is told apart by when its card started: that of the machine's clock.
        value = re.sub(r"^(\d+)/~\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", r"\1/WHEN-IT-STARTED", value)
        return re.sub(r"after \d+ ms:", "after some ms:", value)
    return value


class Ward:
    """Simulated printers of one model on their own network, one for each of these oddities."""

    def __init__(self, stage, network, model, oddities, *more, patience=("--timeout", SNMP_TIMEOUT, "--retries", 0)):
        self.oddities = oddities
        self.ports = {"SNMP-PORT": free_port(socket.SOCK_DGRAM), "HTTPS-PORT": free_port(), "HTTP-PORT": free_port()}
        words = [word for i, odd in enumerate(oddities) if odd for word in ("--odd", f"{i + 1}:{odd}")]
        self.sim = stage.start("plotmeter-sim", "--printers", len(oddities), "--network", network, "--models", model,
                          "--snmp-port", self.ports["SNMP-PORT"], "--https-port", self.ports["HTTPS-PORT"], "--http-port",
                          self.ports["HTTP-PORT"], "--start", START, "--control", "-", *words, *more)
        ready = self.sim.ready()
        self.printers = ready["printers"]
        self.neighbours = ready.get("neighbours", [])
        self.sim.ask(f"advance {UNTIL}")
        self.reach = ("--port", self.ports["SNMP-PORT"], "--https-port", self.ports["HTTPS-PORT"], "--http-port", 0,
                      "--piws-pause", 0, *patience)

    def addresses(self):
        return list(zip(self.oddities, (p["address"] for p in self.printers)))


def user_files(stage):
    words = ["--user", "rosa"]
    for kind, protocol, secret in (("auth", "SHA-256", "authsecret"), ("priv", "AES-128", "privsecret")):
        path = stage.path(kind)
        with open(path, "w", encoding="ascii") as f:
            f.write(secret + "\n")
        os.chmod(path, 0o600)
        words += [f"--{kind}-protocol", protocol, f"--{kind}-secret-file", path]
    return words


def peak_kb(command, env):
    """Runs it and returns (exit code, output, the largest its memory ever was)."""
    popen = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, errors = popen.stdout.read(), popen.stderr.read()
    _, status, usage = os.wait4(popen.pid, 0)
    popen.returncode = os.waitstatus_to_exitcode(status)
    popen.stdout.close()
    popen.stderr.close()
    return popen.returncode, out, errors, usage.ru_maxrss


def read(stage, ward, oddity, address, words=()):
    command = [os.path.join(stage.bin, "plotmeter-collector"), "read", address, *map(str, ward.reach), *words, "--json"]
    began = time.monotonic()
    code, out, errors, peak = peak_kb(command, stage.environment())
    took = time.monotonic() - began
    expect(code in (0, 1), f"{oddity}: ended with {code}: {errors}")
    expect(peak < MOST_MEMORY_KB, f"{oddity}: took {peak} kB of memory, allowed are {MOST_MEMORY_KB}")
    try:
        said = json.loads(out)
    except json.JSONDecodeError as error:
        raise Failed(f"{oddity}: {error}: {out[:300]} {errors}") from error
    print(f"{oddity:<28} {said['verdict']:<14} {took:5.1f} s {peak // 1024:4} MB", flush=True)
    if oddity in ENDLESS:
        said["reading"] = {channel: {"remarks": told["remarks"]} for channel, told in said["reading"].items()}
    return normal(said, ward.ports)


def compare(golden, name, said):
    """What is not as its golden file, as a sentence."""
    path = os.path.join(golden, name.replace("=", "-") + ".json")
    text = json.dumps(said, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("PLOTMETER_GOLDEN"):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return []
    if not os.path.exists(path):
        return [f"{name}: has no golden file; ./x golden writes it"]
    with open(path, encoding="utf-8") as f:
        return [] if f.read() == text else [f"{name}: is not its golden file {path}; ./x golden shows the difference"]


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))  # which of a whole second has no fraction


def healthy_are_not_late(stage):
    """Printers that were found well; some of them fall sick, and a round keeps all others before a time-out ends."""
    sick = {1: "web=silent", 2: "slow", 3: "web-slow", 4: "endless-walk", 5: "web=huge", 6: "dead"}
    fleet = Ward(stage, "127.94.2.0/24", "z9,t770", [""] * 14)
    directory = stage.path("fleet")
    stage.run("plotmeter-collector", "discover", "--state", directory, "--range", "127.94.2.1-14", *fleet.reach)
    for number, oddity in sick.items():
        fleet.sim.ask(f"odd {fleet.printers[number - 1]['serial']} {oddity}")
    began = datetime.now(timezone.utc)
    stage.run("plotmeter-collector", "run", "--once", "--state", directory, *fleet.reach, expect=None)
    told = {p["address"].split(":")[0]: p for p in stage.run_json("plotmeter-collector", "status", "--state", directory)["printers"]}
    late = []
    for number, printer in enumerate(fleet.printers, 1):
        status = told.get(printer["address"], {})
        if number in sick:
            print(f"{sick[number]}: {status.get('last_error')} {status.get('remarks')}")
            continue
        kept = status.get("last_kept")
        expect(kept, f"{printer['address']} is well and was not kept: {status}")
        took = (instant(kept) - began).total_seconds()
        late.append(took)
        expect(took < WEB_TIMEOUT_S, f"{printer['address']} is well and was kept {took} s after the start of the round")
    print(f"{len(late)} healthy printers were kept within {max(late):.1f} s of a round with {len(sick)} sick ones")
    for number, oddity in sick.items():
        printer = fleet.printers[number - 1]
        status = told[printer["address"]]
        expect(status["last_error"] or status["remarks"], f"{oddity} is not named: {status}")
        if oddity == "endless-walk":  # nothing behind it can be asked for, the serial number neither
            continue
        expect(status["serial"] == printer["serial"], f"{oddity}: whose trouble is it? {status}")
        expect(status["last_kept"] or oddity in ("slow", "dead"), f"{oddity}: what was well of it is lost: {status}")


def strangers_are_known(stage):
    lan = Ward(stage, "127.94.3.0/24", "z9", [""], "--neighbours", 10)
    found = {d["address"]: d["verdict"] for d in stage.run_json(
        "plotmeter-collector", "discover", "--range", f"127.94.3.1-{1 + len(lan.neighbours)}", *lan.reach)}
    for other in lan.neighbours:
        verdict = found.get(f"{other['address']}:{other['snmp_port']}")
        # Of a device that says nothing either way "unknown" is as right: no large-format printer.
        allowed = {other["expect"], "unknown"} if other["expect"] == "not-a-printer" else {other["expect"]}
        expect(verdict in allowed, f"{other['kind']} is {verdict}, expected {other['expect']}")
    expect(len(lan.neighbours) == 10, f"neighbours: {lan.neighbours}")
    print(f"{len(lan.neighbours)} foreign devices, each known for what it is")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--golden", required=True)
    options = parser.parse_args()
    os.makedirs(options.golden, exist_ok=True)
    with Stage(options.bin) as stage:
        user = user_files(stage)
        v3 = ("--v3-user", "rosa:SHA-256:authsecret:AES:privsecret")
        snmp = Ward(stage, "127.94.0.0/24", "t770", ["", *SNMP_ODDITIES], *v3)
        web = Ward(stage, "127.94.1.0/24", "z9", ["", *WEB_ODDITIES])
        asked = [(snmp, odd, address, ()) for odd, address in snmp.addresses()]
        asked = [(web, odd or "healthy", address, ()) for odd, address in web.addresses()] + asked[1:]
        by_oddity = dict(snmp.addresses())
        asked += [(snmp, odd + "-user", by_oddity[odd], user) for odd in WITH_USER]
        asked.append((snmp, "jetdirect-context-named", by_oddity["jetdirect-context"], [*user, "--context", "Jetdirect"]))
        # The web ones first, since some of them take their whole time-out, beside each other.
        with ThreadPoolExecutor(8) as pool:
            whole = [pool.submit(healthy_are_not_late, stage), pool.submit(strangers_are_known, stage)]
            answers = [(odd, pool.submit(read, stage, ward, odd, address, words)) for ward, odd, address, words in asked]
        wrong = [line for odd, said in answers for line in compare(options.golden, odd, said.result())]
        for other in whole:
            other.result()
        expect(not wrong, "\n".join(wrong))


if __name__ == "__main__":
    end_with(main)

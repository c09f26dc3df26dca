#!/usr/bin/python3
"""Hostile and sick devices by the real programs: each is named with what was seen, and costs nobody else anything.

One simulated printer for every oddity of the simulator's own table; what `read` makes of it is compared with tests/golden/odd.
Beside that rounds of `run --once` on healthy printers, alone and with sick ones among them, foreign devices, and the memory that
huge documents cost.
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
SNMP_TIMEOUT = "1s"
MOST_MEMORY_KB = 96 * 1024  # whatever comes, even a document of 300 MB

# These answer a user of SNMPv3 only, or answer one differently.
WITH_USER = ["v3-only", "jetdirect-context"]
# How far such a walk comes is chance; what is said of it is not.
ENDLESS = ["endless-walk", "stuck-walk", "backward-walk"]
# One reading shows nothing of these: the meters of one before are kept beside it. The first begins between the two.
TWICE = ["falls", "wraps"]
BETWEEN = "falls"


def oddities_of(stage, side):
    """All that the simulator's table (oddity.cpp) has for this side, "SNMP" or "web": a new one has no golden file and is told."""
    said = stage.run("plotmeter-sim", "--help").stdout
    table = said[said.index("Sick devices"):said.index("Devices that a collector must not take")]
    oddities = []
    for line in table.splitlines():
        row = re.fullmatch(r"  ([a-z0-9-]+)(=\S+)? +(SNMP|web|both) +\S.*", line)
        if row:
            name = row[1]
            if row[3] == side or (row[3] == "both" and side == "SNMP"):
                oddities.append(name)
        elif oddities and name == oddities[-1] and re.fullmatch(r" +[a-z0-9|-]+", line):  # the words that it takes
            oddities[-1:] = [f"{name}={word}" for word in line.strip().split("|")]
    return sorted(oddities, key=lambda odd: odd != "web-slow")  # which takes longest


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
        self.before = {}  # of TWICE: the meters of the reading before
        self.ports = {"SNMP-PORT": free_port(socket.SOCK_DGRAM), "HTTPS-PORT": free_port(), "HTTP-PORT": free_port()}
        words = [word for i, odd in enumerate(oddities) if odd not in ("", BETWEEN) for word in ("--odd", f"{i + 1}:{odd}")]
        self.sim = stage.start("plotmeter-sim", "--printers", len(oddities), "--network", network, "--models", model,
                          "--snmp-port", self.ports["SNMP-PORT"], "--https-port", self.ports["HTTPS-PORT"], "--http-port",
                          self.ports["HTTP-PORT"], "--start", START, "--control", "-", *words, *more)
        ready = self.sim.ready()
        self.printers = ready["printers"]
        self.neighbours = ready.get("neighbours", [])
        self.reach = ("--port", self.ports["SNMP-PORT"], "--https-port", self.ports["HTTPS-PORT"], "--http-port", 0,
                      "--piws-pause", 0, *patience)
        for odd, printer in zip(oddities, self.printers):
            if odd in TWICE:
                said = stage.run_json("plotmeter-collector", "read", printer["address"], *self.reach)
                self.before[odd] = normal(said["reading"]["snmp"]["meters"], self.ports)
            if odd == BETWEEN:
                self.sim.ask(f"odd {printer['serial']} {odd}")
        self.sim.ask(f"advance {UNTIL}")

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
    if oddity in TWICE:
        said["reading"]["snmp"]["meters before"] = ward.before[oddity]
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


# In the round: what falls sick, and what must be said of it. Odd numbers have a web server, even ones SNMP alone.
WITH_WEB = {
    "web=silent": "piws: no whole answer within 15000 ms", "web-slow": "piws: no whole answer within 15000 ms",
    "web=huge": "piws: Identification: more than 4194304 bytes", "web=bomb": "piws: Identification: nested deeper than 32",
    "web=laughs": "piws: job queue: a document type is not accepted", "web=garbage": "piws: Identification: neither XML nor JSON",
    "web=gzip-bomb": "bytes compressed with gzip, which nobody asked for", "web=new-certificate": "piws: certificate changed"}
WITHOUT_WEB = {
    "slow": "snmp: no answer within", "dead": "snmp: no answer within", "garbage": "octets that are no v1 or v2c message",
    "endless-walk": "a walk without end", "stuck-walk": " came after ", "backward-walk": " came after "}
SICK = dict(zip(range(1, 100, 2), WITH_WEB)) | dict(zip(range(2, 100, 2), WITHOUT_WEB))
SNMP_PATIENCE_S = 10  # in the round: the shortest that a sick one costs
# So much later than in a round of healthy ones a healthy one may be: less than any sick one's time-out, more than any noise.
MOST_LATE_S = SNMP_PATIENCE_S / 2


def round_of(stage, fleet, directory):
    """One round of all; what status tells of each, and how many seconds after its start each was kept."""
    began = datetime.now(timezone.utc)
    stage.run("plotmeter-collector", "run", "--once", "--state", directory, *fleet.reach, expect=None)
    said = stage.run_json("plotmeter-collector", "status", "--state", directory)
    told = {p["address"].split(":")[0]: p for p in said["printers"]}
    kept = {address: (instant(p["last_kept"]) - began).total_seconds() for address, p in told.items() if p.get("last_kept")}
    return told, {address: after for address, after in kept.items() if after > 0}, said["events"]


def healthy_are_not_late(stage):
    """Printers that were found well; some of them fall sick, and the others are kept as soon as when all were well."""
    fleet = Ward(stage, "127.94.2.0/24", "z9,t770", [""] * 24, patience=("--timeout", f"{SNMP_PATIENCE_S}s", "--retries", 0))
    directory = stage.path("fleet")
    stage.run("plotmeter-collector", "discover", "--state", directory, "--range", "127.94.2.1-24", *fleet.reach)
    _, before, _ = round_of(stage, fleet, directory)
    expect(len(before) == len(fleet.printers), f"all are well, and were kept: {before}")
    for number, oddity in SICK.items():
        fleet.sim.ask(f"odd {fleet.printers[number - 1]['serial']} {oddity}")
    told, after, events = round_of(stage, fleet, directory)
    well = {p["address"]: p for number, p in enumerate(fleet.printers, 1) if number not in SICK}
    missing = [address for address in well if address not in after]
    expect(not missing, f"well, and were not kept: {[told.get(address) for address in missing]}")
    # Each as late as itself, and all as late as all: neither one nor the last of them waits for a sick one.
    late = {address: after[address] - before[address] for address in well}
    latest = max(after[address] for address in well) - max(before.values())
    print(f"{len(well)} healthy printers among {len(SICK)} sick ones were kept {max(late.values()):.1f} s later than among healthy ones, "
          f"the last one {latest:.1f} s")
    expect(max(*late.values(), latest) < MOST_LATE_S, f"late by: {late}; before {before}, after {after}")
    for number, oddity in SICK.items():
        printer = fleet.printers[number - 1]
        status = told[printer["address"]]
        seen = "; ".join([status["last_error"] or "", *status["remarks"]])
        print(f"{oddity}: {seen}")
        expect((WITH_WEB | WITHOUT_WEB)[oddity] in seen, f"{oddity} is not named: {status}")
        if oddity == "endless-walk":  # nothing behind it can be asked for, the serial number neither
            continue
        expect(status["serial"] == printer["serial"], f"{oddity}: whose trouble is it? {status}")
        expect(printer["address"] in after or oddity in ("slow", "dead", "garbage"), f"{oddity}: what was well of it is lost: {status}")
    changed = [e["serial"] for e in events if e["kind"] == "certificate-changed"]
    strangers = [fleet.printers[n - 1]["serial"] for n, oddity in SICK.items() if oddity == "web=new-certificate"]
    expect(changed == strangers, f"changed keys: {events}")


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
        snmp = Ward(stage, "127.94.0.0/24", "t770", ["", *oddities_of(stage, "SNMP")], *v3)
        web = Ward(stage, "127.94.1.0/24", "z9", ["", *oddities_of(stage, "web")])
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
        known = {odd.replace("=", "-") + ".json" for odd, _ in answers}
        wrong += [f"{name}: no oddity of the simulator; remove it" for name in sorted(set(os.listdir(options.golden)) - known)]
        for other in whole:
            other.result()
        expect(not wrong, "\n".join(wrong))


if __name__ == "__main__":
    end_with(main)

#!/usr/bin/python3
"""A man in the middle whose certificate the machine trusts (mitmproxy): he learns no secret, and moves nothing.

First he only listens to an enrolment, batches, heartbeats and a change of keys, and nothing of what he saw in clear holds a
code, a serial, a meter or a job. Then he answers himself: 400, 401, 403, 404, 410, 413, a redirect to an address of his, forged,
truncated and replayed receipts, changed keys. No batch is forgotten, voided, set aside, moved or sent elsewhere, and nobody
asks him in a tight loop; without him everything is stored exactly once. Skipped (77) where mitmdump is not installed.
"""

import argparse
import base64
import glob
import json
import os
import shutil
import socket
import sqlite3
import sys
import threading
import time

from heartbeats import Heartbeats, expect
from private import holds
from stage import Failed, Stage, end_with, free_port

LIES = ["answer 400", "answer 401", "answer 403", "answer 404", "answer 410", "answer 413", "problem 400", "problem 401",
        "problem 413", "problem 422", "move", "forge", "stranger", "truncate", "replay", "keys"]
SECONDS = 2.5  # of each lie, at least
MOST = 20  # requests a second: heartbeats come every second, and with each the keys may be asked for


class Thief:
    """An address of his, where nothing may arrive."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.visits = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()


class Watched(Heartbeats):
    """Its collector reaches the portal through him, and trusts him."""

    def meet(self, mitmdump):
        self.man = self.stage.path("man")
        self.seen = os.path.join(self.man, "seen")
        os.makedirs(self.seen)
        self.log = os.path.join(self.man, "log.ndjson")
        self.mode("pass")
        self.proxy_port = free_port()
        os.environ.update(MAN_MODE=os.path.join(self.man, "mode"), MAN_SEEN=self.seen, MAN_LOG=self.log)
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "man_in_the_middle.py")
        self.middle = self.stage.start(mitmdump, "--quiet", "--listen-host", "127.0.0.1", "--listen-port", self.proxy_port,
                                       "--set", f"confdir={self.man}", "--set", "connection_strategy=lazy", "--ssl-insecure",
                                       "-s", script)
        self.certificate = os.path.join(self.man, "mitmproxy-ca-cert.pem")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            expect(self.middle.popen.poll() is None, f"mitmdump ended:\n{self.middle.errors()}")
            with socket.socket() as probe:
                if os.path.exists(self.certificate) and probe.connect_ex(("127.0.0.1", self.proxy_port)) == 0:
                    return
            time.sleep(0.1)
        raise Failed(f"mitmdump does not listen:\n{self.middle.errors()}")

    def start_collector(self, remote):
        self.running = self.stage.start("plotmeter-collector", "run", "--state", self.state, *self.reach(), "--interval", "2s",
                                        "--job-interval", "1s", "--heartbeat", "1s", "--remote", remote, "--job-names", "sent",
                                        "--proxy", f"http://127.0.0.1:{self.proxy_port}")

    def through(self):
        return ("--ca", self.certificate, "--proxy", f"http://127.0.0.1:{self.proxy_port}")

    def mode(self, mode):
        path = os.path.join(self.man, "mode")
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(mode)
        os.replace(path + ".new", path)

    def requests(self, mode):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as file:
            return [row for row in map(json.loads, file) if row["mode"] == mode]

    def states(self):
        return {b["batch"]: b["state"] for b in self.outbox()}


def never_seen(world, texts):
    """None of it in what he saw; and that he saw something."""
    seen = {}
    for path in glob.glob(os.path.join(world.seen, "*")):
        with open(path, "rb") as file:
            seen[path] = file.read()
    for there in ("/api/v1/batches", "/api/v1/enrolments", "/api/v1/heartbeats", "/api/v1/rotations", "application/jose"):
        expect(any(holds(content, there) for content in seen.values()), f"he did not even see {there}; the search is blind")
    clear = [f"{text!r} is in {os.path.basename(path)}" for path, content in seen.items() for text in texts if holds(content, text)]
    # What is signed travels as base64url: decoded as well.
    for path, content in seen.items():
        for part in content.split(b"\n")[-1].split(b"."):
            try:
                decoded = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
            except ValueError:
                continue
            clear += [f"{text!r} is decoded from {os.path.basename(path)}" for text in texts if holds(decoded, text)]
    expect(not clear, "\n".join(clear))
    print(f"he listened to {len(seen)} messages, and found none of {len(texts)} texts", flush=True)


def enrol_before_him(world):
    """He answers the enrolment; the code is not lost by that."""
    def enrol(expect_code):
        return world.collector("enrol", "--portal", world.url, "--code", world.code, *world.through(), expect=expect_code).stderr

    first = world.add("enrolment", "add", "--site", world.site)["code"]  # so that he has heard the keys and an enrolment
    world.stage.run("plotmeter-collector", "enrol", "--portal", world.url, "--code", first, *world.through(), "--state",
                    world.stage.path("first"))
    for lie in ("answer 401", "problem 410", "forge", "stranger", "replay", "truncate", "keys", "answer 404 everywhere"):
        world.mode(lie if "everywhere" in lie or lie == "keys" else f"{lie} at /api/v1/enrolments")
        said = enrol(1)
        print(f"enrolment, {lie}: {said.strip()}", flush=True)
        expect(not os.path.exists(os.path.join(world.state, "identity.json")), f"{lie} enrolled it: {said}")
    world.mode("pass")
    enrol(0)
    return first


def lie(world, thief, lie_now):
    mode = f"move https://127.0.0.1:{thief.port}" if lie_now == "move" else lie_now
    before = world.states()
    stream = world.status()["stream"]
    world.mode(mode)
    world.start_collector("none")
    begun = time.monotonic()

    def enough(requests):
        paths = [r["path"] for r in requests]
        return (paths.count("/api/v1/heartbeats") >= 2 and paths.count("/api/v1/batches") >= 1 and
                time.monotonic() - begun >= SECONDS)

    requests = world.until(f"he lies: {lie_now}", enough, lambda: world.requests(mode))
    span = time.monotonic() - begun
    expect(len(requests) <= MOST * span, f"{lie_now}: asked {len(requests)} times in {span:.1f} s")
    expect(world.running.stop() == 0, f"{lie_now}: it did not end well:\n{world.running.errors()}")
    after = world.states()
    wrong = {batch: state for batch, state in after.items() if state not in ("cut", "receipted")}
    expect(not wrong, f"{lie_now}: {wrong}")
    gained = [b for b, state in after.items() if state == "receipted" and before.get(b) != "receipted"]
    expect(not gained, f"{lie_now}: {gained} were forgotten for his words")
    lost = [b for b, state in before.items() if state == "receipted" and after.get(b) != "receipted"]
    expect(not lost, f"{lie_now}: {lost} are sent again for his words")
    expect(world.status()["stream"] == stream, f"{lie_now}: another stream")
    expect({r["port"] for r in requests} == {world.portal_port}, f"{lie_now}: asked elsewhere")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    mitmdump = shutil.which("mitmdump")
    if not mitmdump:
        print("skipped: mitmdump is not installed (Debian package mitmproxy; ./x setup installs it)")
        sys.exit(77)
    with Stage(options.bin) as stage:
        world = Watched(stage, printers=2)
        stage.set_time(None)
        world.start_printers()
        world.start_portal()
        codes = [world.code]
        world.meet(mitmdump)
        codes.append(enrol_before_him(world))
        world.advance(world.begin.replace(hour=23))
        stage.set_time(None)
        world.discover()
        world.start_collector("none")
        world.until("batches come in through him", lambda stored: len(stored) >= 2, world.stored)
        world.until("and heartbeats", lambda s: s["last_heartbeat_at"])
        world.collector("rotate-key", "--proxy", f"http://127.0.0.1:{world.proxy_port}")
        expect(world.running.stop() == 0, "it did not end well")
        secrets = [base64.urlsafe_b64decode(code[4:] + "=" * (-len(code[4:]) % 4))[32:48] for code in codes]
        texts = [*codes, *(base64.urlsafe_b64encode(secret).decode().rstrip("=") for secret in secrets), world.token,
                 *(p["serial"] for p in world.printers), *world.never, "ink.used", "media.area", ".pdf", "DesignJet"]
        payload = json.loads(world.collector("outbox", next(iter(world.states()))).stdout.split("\n")[0])
        for text in (world.printers[0]["serial"], "ink.used"):
            expect(holds(json.dumps(payload).encode(), text), f"{text} is in no batch; the search is blind")
        never_seen(world, texts)

        thief = Thief()
        for lie_now in LIES:
            lie(world, thief, lie_now)
        expect(thief.visits == 0, f"{thief.visits} times somebody came to his address")
        never_seen(world, texts)
        world.mode("pass")
        world.start_collector("none")
        world.until("without his lies everything arrives", lambda s: not s["waiting_batches"] and s["last_receipt_at"])
        expect(world.running.stop() == 0, "it did not end well")
        world.collector("run", "--once", *world.reach(), "--proxy", f"http://127.0.0.1:{world.proxy_port}")  # what was just cut
        ours = {b["batch"]: (b["sequence"], b["sha256"]) for b in world.outbox() if b["state"] == "receipted"}
        expect(ours.keys() == world.states().keys(), f"not all have their receipt: {world.states()}")
        with sqlite3.connect(f"file:{world.database}?mode=ro", uri=True) as database:
            theirs = {b: (n, h) for b, n, h in database.execute("SELECT batch, sequence, sha256 FROM batch")}
            count = database.execute("SELECT count(*) FROM batch").fetchone()[0]
            gaps = database.execute("SELECT count(*) FROM gap").fetchone()[0]
        database.close()
        expect(ours == theirs and count == len(ours) and gaps == 0, f"sent {ours}\nstored {theirs}, {gaps} gaps")
        report = stage.run_json("plotmeter-portal", "verify", "--data", world.data)
        expect(report["clean"] and not report["missing"] and not report["voids"], f"verify: {report}")
        print(f"{count} batches stored, each once; {len(LIES)} lies moved nothing", flush=True)


if __name__ == "__main__":
    end_with(main)

#!/usr/bin/python3
"""A long bad time for a collector and its portal: both killed again and again, a liar between them, clocks that jump, a
full disk, a portal and a collector put back to older backups, a collector cloned.

The real programs, simulated printers. In the end the portal bills what the printers printed, to the unit, each job once.
The seed that is printed names what happens and when; how far a program had come by then differs from run to run.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import timedelta

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "end_to_end"))
from kills import Kills  # noqa: E402
from mischief import Mischief  # noqa: E402
from stage import Failed, Stage  # noqa: E402


MOST_BEATS = 60  # that are heard while nothing else moves
STILL = 300  # seconds in which nothing moves at all


def say(line):
    print(line, flush=True)


class Campaign(Kills):
    def __init__(self, stage, options):
        super().__init__(stage, options)
        self.usual = 1.0  # seconds that a run of the collector takes; measured later
        self.at = self.begin
        self.blocks = 0

    def serve(self):
        super().serve()
        if not hasattr(self, "liar"):
            self.liar = Mischief(self.certificate, os.path.join(self.data, "tls", "key.pem"), self.portal_port,
                                 self.options.seed)
            self.url = f"https://127.0.0.1:{self.liar.port}"

    @contextlib.contextmanager
    def lies(self, share):
        self.liar.share = share
        yield
        self.liar.share = 0.0

    def step(self):
        self.at += timedelta(hours=self.options.hours)
        self.advance(self.at)

    def batter(self, state, kills):
        """Runs of the collector, most of them killed, some with the portal killed beneath them."""
        for _ in range(kills):
            timer = None
            if self.chance.random() < 0.2:
                timer = threading.Timer(self.chance.uniform(0, self.usual), self.kill_portal)
                timer.start()
            self.kill_after(self.chance.uniform(0, 1.2 * self.usual), "run", "--once", *self.reach(), state=state)
            if timer is not None:
                timer.join()
                self.serve()

    def kill_after(self, seconds, *words, state=None):
        mine, self.state = self.state, state or self.state
        begun = time.monotonic()
        try:
            killed = super().kill_after(seconds, *words)
        finally:
            self.state = mine
        if not killed:  # a run is shorter than was thought: the machine has less to do now
            self.usual += 0.5 * (min(self.usual, time.monotonic() - begun) - self.usual)
        return killed

    def try_to_read(self):
        """One round that may come to its end."""
        self.read_and_send(expect=None)

    # What happens, a block each. Each ends with everything sent.

    def kills_and_lies(self):
        with self.lies(0.7):
            for _ in range(3):
                self.step()
                self.batter(self.state, self.per_block // 3)
                for _ in range(4):
                    self.try_to_read()
        self.read_and_send()

    def full_disk(self):
        """The collector's files may not grow. It says so, and loses nothing."""
        self.step()
        # Blocks of 512 bytes: the index of the log does not fit, or the log of this round does not.
        small = self.chance.choice((8, 64, 96))
        words = [os.path.join(self.stage.bin, "plotmeter-collector"), "run", "--once", *map(str, self.reach()),
                 "--state", self.state]
        done = subprocess.run(["/bin/sh", "-c", f"trap '' XFSZ; ulimit -f {small}; exec \"$@\"", "sh", *words],
                              env=self.stage.environment(), capture_output=True, text=True, timeout=120, check=False)
        self.account.kept(self.state)
        said = done.stderr.strip().split("\n")[-1]
        if done.returncode != 1 or "disk I/O error" not in said or self.state not in said:
            raise Failed(f"no file may grow beyond {small} blocks, and the collector ended with {done.returncode}:\n"
                         f"{done.stdout}{done.stderr}")
        say(f"  {said.replace(self.state, '…')}")
        self.read_and_send()

    def clock_jumps(self):
        """A year ahead and two back, while nothing is printed."""
        self.step()
        self.read_and_send()
        for jump in (timedelta(days=365), timedelta(days=-365), timedelta(hours=-3)):
            self.stage.set_time(self.at + jump)
            self.stands(self.at + jump, self.at)
            self.batter(self.state, 1)
            self.try_to_read()
        self.stage.set_time(self.at)
        self.read_and_send()

    def portal_restored(self):
        """The portal is put back to where it was some steps ago, and gets again what it forgot."""
        self.portal.stop()
        database = os.path.join(self.data, "portal.db")
        shutil.copy(database, self.stage.path("portal-backup.db"))
        self.serve()
        for _ in range(2):
            self.step()
            self.batter(self.state, self.per_block // 2)
            self.read_and_send()
        self.kill_portal()
        for part in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(database + part)
        shutil.copy(self.stage.path("portal-backup.db"), database)
        self.serve()
        self.beat(self.state)

    def collector_restored(self):
        """The collector's state is put back to what it was some steps ago."""
        backup = self.stage.path("collector-backup")
        shutil.rmtree(backup, ignore_errors=True)
        shutil.copytree(self.state, backup)
        for _ in range(2):
            self.step()
            self.batter(self.state, self.per_block // 2)
            self.read_and_send()
        shutil.rmtree(self.state)
        shutil.copytree(backup, self.state)
        if self.chance.random() < 0.5:  # found out by the heartbeat, or by the batch that is refused
            self.beat(self.state)
        self.step()
        with self.lies(0.3):
            self.batter(self.state, self.per_block // 2)
        self.read_and_send()
        self.beat(self.state)

    def collector_cloned(self):
        """Two machines with one state, side by side, for some steps."""
        twin = self.stage.path(f"twin-{self.blocks}")
        shutil.copytree(self.state, twin)
        for _ in range(2):
            self.step()
            states = [self.state, twin]
            self.chance.shuffle(states)
            for state in states:
                self.batter(state, self.per_block // 4)
                self.read_and_send(state)
        for state in (twin, self.state):
            self.beat(state)
            self.read_and_send(state)
            self.sent(state)

    def beat(self, state):
        """The service runs until the portal knows everything that this collector ever got a receipt for.

        However long that takes: it failed when the portal heard many heartbeats, or a long time went by, and nothing moved.
        """
        running = self.stage.start("plotmeter-collector", "run", "--state", state, *self.reach(), "--interval", "1h",
                                   "--job-interval", "1s", "--heartbeat", "1s")
        place, since, nonce, beats = None, time.monotonic(), None, 0
        while True:
            now_at = self.place(state)
            if now_at["whole"]:
                break
            if now_at["nonce"] != nonce:
                nonce = now_at["nonce"]
                beats += 1
            if {**now_at, "nonce": ""} != place:
                place, since, beats = {**now_at, "nonce": ""}, time.monotonic(), 0
            if running.popen.poll() is not None or beats > MOST_BEATS or time.monotonic() - since > STILL:
                raise Failed(f"the portal did not get again what it forgot: after {beats} heartbeats and "
                             f"{time.monotonic() - since:.0f} s nothing moves from {place}\n{running.errors()}")
            time.sleep(0.2)
        running.stop()
        self.account.kept(state)

    def place(self, state):
        """How far the portal has come with what this collector has."""
        status = json.loads(self.stage.run("plotmeter-collector", "status", "--state", state, "--json").stdout)
        batches = json.loads(self.stage.run("plotmeter-collector", "outbox", "--state", state, "--json").stdout)["batches"]
        received = {b["batch"] for b in batches if b["state"] == "receipted"}
        with contextlib.closing(sqlite3.connect(f"file:{os.path.join(self.data, 'portal.db')}?mode=ro", uri=True)) as portal:
            stored = {row[0] for row in portal.execute("SELECT batch FROM batch")}
            nonces = portal.execute("SELECT nonce FROM heartbeat").fetchall()
        waiting = [status["waiting_batches"], status["waiting_readings"], status["waiting_jobs"]]
        return {"waiting": waiting, "received": len(received), "missing": len(received - stored), "stored": len(stored),
                "heartbeat": bool(status["last_heartbeat_at"]), "nonce": nonces,
                "whole": not any(waiting) and bool(status["last_heartbeat_at"]) and received <= stored}

    def sent(self, state):
        status = self.stage.run_json("plotmeter-collector", "status", "--state", state)
        if status["waiting_batches"] or status["waiting_readings"] or status["set_aside"]:
            raise Failed(f"something still waits in {state}: {status}")

    def whole(self):
        """Both files are sound, and no stream has a hole."""
        super().whole()
        with contextlib.closing(sqlite3.connect(f"file:{os.path.join(self.data, 'portal.db')}?mode=ro", uri=True)) as portal:
            found = portal.execute("PRAGMA integrity_check").fetchall()
            doubled = portal.execute("SELECT collector, batch FROM batch GROUP BY collector, batch HAVING count(*) > 1").fetchall()
        if found != [("ok",)] or doubled:
            raise Failed(f"the portal's database is damaged: {found}; batches twice: {doubled}")

    def live(self):
        self.read_and_send()
        started = time.monotonic()
        self.read_and_send()
        self.usual = time.monotonic() - started
        blocks = [self.kills_and_lies, self.full_disk, self.clock_jumps, self.portal_restored, self.collector_restored,
                  self.collector_cloned]
        self.per_block = max(4, self.options.per_block)
        while self.killed + self.portals < self.options.kills or self.blocks < len(blocks):
            # Each once in some order, then as chance will have it.
            if self.blocks < len(blocks):
                if self.blocks == 0:
                    self.chance.shuffle(blocks)
                block = blocks[self.blocks]
            else:
                block = self.chance.choice(blocks)
            begun = time.monotonic()
            block()
            self.blocks += 1
            self.whole()
            say(f"  {block.__name__.replace('_', ' ')}: {time.monotonic() - begun:.0f} s; "
                f"{self.killed} collectors and {self.portals} portals killed so far")
        while self.liar.later:
            self.liar.send_again()
        self.step()
        self.read_and_send()
        self.sent(self.state)
        self.end = self.at
        say(f"{self.killed} collectors killed, {self.ended} came to their end, {self.portals} portals killed; {self.blocks} blocks")
        if sum(self.liar.done[way] for way in self.liar.done if way != "pass") < 6:
            raise Failed(f"hardly anything happened between them: {self.liar.done}")
        say("between them: " + ", ".join(f"{way} {count}" for way, count in self.liar.done.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--printers", type=int, default=3)
    parser.add_argument("--days", type=int, default=400, help="that the printers may print at most")
    parser.add_argument("--hours", type=int, default=6)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--per-block", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    say(f"seed {options.seed}")
    with Stage(options.bin) as stage:
        campaign = Campaign(stage, options)
        campaign.start_printers()
        campaign.start_portal()
        campaign.enrol()
        campaign.discover()
        campaign.live()
        return campaign.verdict()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that nothing is left running
    try:
        sys.exit(main())
    except Failed as failed:
        print(failed, file=sys.stderr)
        sys.exit(1)

#!/usr/bin/python3
"""Nothing lost, nothing counted twice, whenever the collector or the portal is killed.

Printers print for some hours. In between the collector reads and sends, and is killed with SIGKILL at random moments of
it; every few times the portal is killed, too. Once all of them have run to their end, the bill is what was printed. The
seed that is printed names the moments; how far a program had come by then differs from run to run.
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "demo"))
from demo import Demo  # noqa: E402
from stage import Failed, Stage  # noqa: E402


class Kills(Demo):
    def __init__(self, stage, options):
        super().__init__(stage, options)
        self.chance = random.Random(options.seed)
        self.killed = 0
        self.ended = 0
        self.portals = 0

    def kill_after(self, seconds, *words):
        """Starts the collector and kills it after so long, unless it has ended before. True when it was killed."""
        program = self.stage.start("plotmeter-collector", *words, "--state", self.state)
        try:
            program.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            program.popen.send_signal(signal.SIGKILL)
            program.popen.wait()
        killed = program.popen.returncode == -signal.SIGKILL
        self.killed += killed
        self.ended += not killed
        program.popen.stdin.close()
        program.popen.stdout.close()
        self.account.kept(self.state)
        return killed

    def kill_portal(self):
        self.portal.popen.send_signal(signal.SIGKILL)
        self.portal.popen.wait()
        self.portals += 1

    def enrol(self):
        """The code is not lost with the one who used it."""
        words = ("enrol", "--portal", self.url, "--code", self.code, "--ca", self.certificate)
        for _ in range(4):
            self.kill_after(self.chance.uniform(0, 0.15), *words)
        super().enrol()

    def print_and_read(self):
        run = ("run", "--once", *self.reach())
        self.read_and_send()  # what every meter stood at in the beginning
        started = time.monotonic()
        self.read_and_send()
        usual = time.monotonic() - started
        steps = self.options.days * 24 // self.options.hours
        skipped = False
        for step in range(1, steps + 1):
            self.advance(self.begin + timedelta(hours=self.options.hours * step))
            for _ in range(self.options.kills // steps):
                portal = self.chance.random() < 0.15
                if portal:
                    self.kill_portal()
                self.kill_after(self.chance.uniform(0, 1.1 * usual), *run)
                if portal:
                    self.serve()
                self.whole()
            # Else the next hours come on top of what is not sent. Twice in a row would be longer than some printers
            # remember what a job used (40 hours), and what was never shown to anybody is nobody's loss.
            skipped = not skipped and self.chance.random() < 0.5
            if not skipped:
                self.read_and_send()
        self.read_and_send()
        self.end = self.begin + timedelta(hours=self.options.hours * steps)
        print(f"{self.killed} killed, {self.ended} came to their end before; a run takes {usual:.2f} s; "
              f"the portal was killed {self.portals} times")
        if self.killed < self.options.kills // 3:
            raise Failed("hardly anything was killed: this proves nothing")

    def whole(self):
        """What lies on the disk is sound at any moment."""
        with sqlite3.connect(os.path.join(self.state, "spool.db")) as spool:
            found = spool.execute("PRAGMA integrity_check").fetchall()
            holes = spool.execute("SELECT stream FROM batch GROUP BY stream HAVING max(sequence) != count(*)").fetchall()
        spool.close()
        if found != [("ok",)] or holes:
            raise Failed(f"the spool is damaged: {found}; streams with holes: {holes}")

    def outbox_in_order(self):
        """Every batch that was ever cut has its receipt, and the sequence has no hole."""
        batches = self.stage.run_json("plotmeter-collector", "outbox", "--state", self.state)["batches"]
        if [b["sequence"] for b in batches] != list(range(1, len(batches) + 1)):
            raise Failed(f"the sequence has holes: {[b['sequence'] for b in batches]}")
        without = [b["batch"] for b in batches if not b["receipt"] or b["state"] != "receipted"]
        if without:
            raise Failed(f"no receipt for {without}")
        print(f"{len(batches)} batches, each with its receipt")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--printers", type=int, default=3)
    parser.add_argument("--days", type=int, default=6)
    parser.add_argument("--hours", type=int, default=18)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with Stage(options.bin) as stage:
        kills = Kills(stage, options)
        kills.start_printers()
        kills.start_portal()
        kills.enrol()
        kills.discover()
        kills.print_and_read()
        kills.outbox_in_order()
        return kills.verdict()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failed:
        print(failed, file=sys.stderr)
        sys.exit(1)

#!/usr/bin/python3
"""Backups of a portal at which many collectors post at once: what is restored verifies clean, and holds one moment, whole.

A crowd (tests/bench/crowd.cpp) posts a batch of a thousand readings from each of its collectors over HTTPS. Meanwhile the portal is backed
up again and again; the first and the last backup during which batches were stored are restored.
"""

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import time

from heartbeats import expect
from stage import Stage, end_with
from world import World

COLLECTORS = 60
ROWS = 1000  # of each batch


class Busy(World):
    def batches(self, data=None):
        """What is stored there: the readings of each batch, by its id."""
        path = os.path.join(data or self.data, "portal.db")
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return dict(database.execute("SELECT b.batch, count(r.batch) FROM batch b LEFT JOIN meter_reading r ON r.batch=b.number GROUP BY b.number"))

    def stored(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.data}/portal.db?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM batch").fetchone()[0]


def back_up(stage, world, crowd):
    """Backs up until all is stored; the backups during which batches came in, each with how many there were before and after it."""
    taken = []
    while crowd.poll() is None:
        before = world.stored()
        if not before:  # nobody has a receipt yet
            time.sleep(0.01)
            continue
        file = stage.path(f"backup-{len(taken)}")
        stage.run("plotmeter-portal", "backup", file, "--data", world.data)
        after = world.stored()
        if before < after:
            taken.append((file, before, after))
        else:
            os.remove(file)
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Busy(stage)
        stage.set_time(None)
        stage.run("plotmeter-portal", "init", "--data", world.data, "--name", "localhost")
        key = stage.path("recovery-key.pem")
        shutil.move(os.path.join(world.data, "recovery-key.pem"), key)
        crowd = subprocess.Popen([os.path.join(options.bin, "crowd"), world.data, str(COLLECTORS)], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        try:
            expect(crowd.stdout.readline() == "ready\n", "the crowd did not gather")
            world.serve()
            crowd.stdin.write(f"{world.portal_port}\n")
            crowd.stdin.flush()
            taken = back_up(stage, world, crowd)
            seen = json.loads(crowd.stdout.read())
        finally:
            crowd.kill()
            crowd.wait()
        whole = world.batches()
        expect(seen["receipts"] == COLLECTORS == len(whole), f"{len(whole)} batches, {seen['receipts']} receipts")
        expect(set(whole.values()) == {ROWS}, f"a batch without its rows: {whole}")
        expect(taken, "no batch came in while a backup was taken")
        for number, (file, before, after) in {0: taken[0], len(taken) - 1: taken[-1]}.items():
            data = stage.path(f"restored-{number}")
            stage.run("plotmeter-portal", "restore", file, "--data", data, "--recovery-key", key)
            held = world.batches(data)
            expect(before <= len(held) <= after, f"{len(held)} batches; there were {before} before and {after} after")
            expect(held.items() <= whole.items(), "it holds what the portal has not, or half of it")
            report = stage.run_json("plotmeter-portal", "verify", "--data", data)
            expect(report["clean"] and report["batches"] == len(held) and not report["missing"], f"verify: {report}")
            print(f"backup {number}: {before} batches before it, {after} after it, {len(held)} in it; clean", flush=True)
        expect(world.portal.stop() == 0, "the portal did not end well")


if __name__ == "__main__":
    end_with(main)

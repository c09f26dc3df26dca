#!/usr/bin/python3
"""Printers that change places, boards and bodies, by the real programs: who is told apart, and what is billed.

One moves to another address, two times two swap theirs, one gets a second one, one is replaced by another of its model,
one gets another main board, and the life count of one falls. What the collector and the portal tell of it, and what is
billed, is held against what the simulated printers know: nothing is counted twice, nothing that nobody printed, and
where a count broke off there is a gap.
"""

import argparse
import csv
import glob
import io
import os
import sqlite3
from collections import Counter
from datetime import datetime, timezone
from decimal import Decimal

from stage import Stage, end_with, text
from world import World
from wrong_input import expect

MODELS = "z9,t770"  # in turn: the odd ones have PIWS and jobs, the even ones are read over SNMP alone
MOVES, SWAP, SWAP_TOO, BOARD, STAYS = 1, 3, 5, 7, 9
SNMP_SWAP, SNMP_SWAP_TOO, TWIN, REPLACED, FALLS = 2, 4, 6, 8, 10
FALL = 100  # what the oddity "falls" takes off
COLUMNS = ("serial", "channel", "meter", "colorant", "unit")
KINDS = ("moved", "second-address", "replaced", "board-swapped", "card-changed", "product-changed", "firmware-changed", "certificate-changed")


def oclock(hour, minute=0, day=1):
    return datetime(2026, 10, day, hour, minute, tzinfo=timezone.utc)


class Moves(World):
    def __init__(self, stage, printers=10):
        super().__init__(stage, printers)
        self.begin = oclock(0)
        stage.set_time(self.begin)
        self.events = []  # all that status told
        self.read = {}    # serial: when it was read, as the simulator knows

    def serial(self, number):
        return self.printers[number - 1]["serial"]

    def do(self, command, number, *words):
        return self.sim.ask(" ".join([command, self.serial(number), *words]))

    def place(self, last):
        return f"{self.printers[0]['address'].rsplit('.', 1)[0]}.{last}"

    def round(self, at, expected, sweep=False):
        """It is then, everybody is read, and these events, (kind, serial, was, is), are told of it and no other."""
        self.advance(at)
        found = ("--range", f"{self.place(1)}-40", "--packets-per-second", 1000) if sweep else ()
        self.collector("run", "--once", *self.reach(), "--http-port", 0, "--timeout", "500ms", "--retries", 2, *found)
        for printer in self.printers:
            self.read.setdefault(printer["serial"], []).append(at)
        told = self.stage.run_json("plotmeter-collector", "status", "--state", self.state)
        events = [(e["kind"], e["serial"], e["was"], e["is"]) for e in told["events"]]
        new = Counter(events[len(self.events):])
        self.events = events
        expect(new in [Counter(e) for e in expected], f"{text(at)}: told was {new}\nexpected one of {expected}")
        trouble = {p["address"]: p["last_error"] for p in told["printers"] if p["last_error"]}
        expect(not trouble, f"{text(at)}: {trouble}")
        shown = sorted(p["serial"] for p in told["printers"])
        expect(shown == sorted(p["serial"] for p in self.printers), f"{text(at)}: status shows {shown}")
        print(text(at), *sorted(new), sep="\n    ", flush=True)

    def export(self, what, end):
        done = self.stage.run("plotmeter-portal", "export", what, "--data", self.data, "--reseller", self.reseller,
                              "--from", text(self.begin), "--to", text(end))
        return list(csv.DictReader(io.StringIO(done.stdout, newline="")))

    def portal_events(self):
        (database,) = glob.glob(os.path.join(self.data, "*.db"))
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
            return db.execute(
                "SELECT e.kind, p.serial, e.was, e.now FROM event e JOIN printer p ON p.number = e.printer"
                f" WHERE e.kind IN ({','.join('?' * len(KINDS))})", KINDS).fetchall()

    def shown(self, at):
        """What every meter of every printer, gone ones too, showed then."""
        truth = self.sim.ask(f"truth {text(self.begin)} {text(at)}")
        return {tuple(row[c] or "" for c in COLUMNS): Decimal(row["closing"]) for row in truth["meters"]}

    def compare_usage(self, fell_after):
        billed = {tuple(row[c] for c in COLUMNS): row for row in self.export("usage", self.read[self.serial(STAYS)][-1])}
        instants = sorted({at for read in self.read.values() for at in read})
        shown = {at: self.shown(at) for at in instants}
        known = {key for key in shown[instants[-1]] if key[0] in self.read}
        expect(billed.keys() == known, f"billed and not printed, or printed and not billed: {billed.keys() ^ known}")
        used_by = Counter()
        for key, row in billed.items():
            # A count of 0 over SNMP says nothing: many an object never counts.
            read = [at for at in self.read[key[0]] if key[1] != "snmp" or shown[at][key] != 0]
            opening, closing = shown[read[0]][key], shown[read[-1]][key]
            used, gaps = closing - opening, 0
            if key[0] == self.serial(FALLS) and key[2] == "sheets":
                before, after = (next(at for at in order if wanted(at)) for order, wanted in (
                    (reversed(read), lambda at: at <= fell_after), (read, lambda at: at > fell_after)))
                used -= shown[after][key] - shown[before][key]
                closing -= FALL
                gaps = 1
            if key[0] == self.serial(BOARD):
                gaps = 1  # what it printed between its two boards nobody knows
            expect([Decimal(row[c]) for c in ("opening", "closing", "used")] == [opening, closing, used] and int(row["gaps"]) == gaps,
                   f"billed {row}\nexpected {opening} to {closing}, used {used}, gaps {gaps}")
            used_by[key[0]] += used
        expect(all(used_by[p["serial"]] > 0 for p in self.printers), f"somebody printed nothing, which proves nothing: {used_by}")
        print(f"{len(billed)} usage lines are what the printers showed")

    def compare_jobs(self):
        end = self.read[self.serial(STAYS)][-1]
        rows = [row for row in self.export("jobs", end) if row["channel"] == "piws"]
        jobs = Counter((row["serial"], row["job"]) for row in rows)
        printed = {row["job"]: row["serial"] for row in rows if row["status"] == "printed"}
        expect(max(jobs.values()) == 1 and len({job for _, job in jobs}) == len(jobs), f"a job twice: {jobs.most_common(3)}")
        truth = {}
        for serial, read in self.read.items():  # what a board printed after it was read last is lost with it
            told = self.sim.ask(f"truth {text(self.begin)} {text(read[-1])}")["jobs"]
            truth |= {job["job"]: serial for job in told if job["serial"] == serial}
        expect(printed == truth and len(truth) > 20, f"jobs: {set(printed.items()) ^ set(truth.items())}")
        print(f"{len(printed)} jobs, each once, with the printer that printed it")


def swapped(a, b):
    """The ways two that swap addresses may be told: who was looked at first is chance."""
    return [[("replaced", one, one, other), ("moved", one, None, None), ("moved", other, None, None)] for one, other in ((a, b), (b, a))]


def story(world):
    serial = world.serial
    world.round(oclock(8), [[]], sweep=True)
    world.round(oclock(11), [[]])

    world.advance(oclock(12, 30))
    second = world.do("twin", TWIN)["address"]
    found = world.stage.run("plotmeter-collector", "discover", "--range", f"{world.place(1)}-40", *world.reach(), "--http-port", 0,
                            "--timeout", "500ms", "--packets-per-second", 1000).stdout
    expect("10 large-format printers at 11 addresses;" in found, found)
    expect(f"the same printer as at {world.printers[TWIN - 1]['address']}" in found, found)
    world.do("move", MOVES, world.place(31))
    world.do("swap", SWAP, serial(SWAP_TOO))
    world.do("swap", SNMP_SWAP, serial(SNMP_SWAP_TOO))
    expect(second == world.place(11), f"the second address is {second}")
    world.round(oclock(14), [[("moved", serial(MOVES), None, None), *one, *other]
                             for one in swapped(serial(SWAP), serial(SWAP_TOO))
                             for other in swapped(serial(SNMP_SWAP), serial(SNMP_SWAP_TOO))], sweep=True)
    world.round(oclock(15), [[("second-address", serial(TWIN), None, None)]], sweep=True)

    world.advance(oclock(16))
    old_board, old_body = serial(BOARD), serial(REPLACED)
    world.do("odd", FALLS, f"falls={FALL}")
    world.do("swap", SNMP_SWAP, serial(SNMP_SWAP_TOO))  # back; this time no sweep tells, the next round does
    world.do("move", TWIN, world.place(32))  # its first address; nobody knows the new one yet
    world.printers[BOARD - 1]["serial"] = world.do("swap-board", BOARD)["serial"]
    world.printers[REPLACED - 1]["serial"] = world.do("replace", REPLACED)["serial"]
    world.round(oclock(17), [[("board-swapped", serial(BOARD), old_board, serial(BOARD)),
                              ("replaced", old_body, old_body, serial(REPLACED)), *back]
                             for back in swapped(serial(SNMP_SWAP), serial(SNMP_SWAP_TOO))])
    world.round(oclock(18), [[]], sweep=True)
    world.round(oclock(12, day=2), [[("second-address", serial(TWIN), None, None)]], sweep=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Moves(stage)
        world.start_printers("--models", MODELS)
        world.start_portal()
        world.enrol()
        story(world)
        told = Counter(world.events)
        portal = Counter(world.portal_events())
        expect(told == portal, f"the portal was told otherwise: {told - portal} and {portal - told}")
        world.compare_usage(fell_after=oclock(16))
        world.compare_jobs()


if __name__ == "__main__":
    end_with(main)

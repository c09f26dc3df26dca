#!/usr/bin/python3
"""The whole of Plotmeter in two minutes: printers, a collector, a portal, and a bill held against the printers.

Simulated printers print for some days. A collector enrols with a code, finds them over SNMP, reads them every few
(simulated) hours and uploads sealed batches; the portal makes the usage CSV. Every line of it is then compared with
what the printers themselves showed at the beginning and at the end, and every value that the portal stores with what
they showed at its instant. One unit of difference, a line too many or a job too few, and the demo fails.
"""

import argparse
import csv
import io
import os
import signal
import sys
import time
from datetime import timedelta
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "end_to_end"))
from account import Account  # noqa: E402
from stage import Failed, Stage, now, text  # noqa: E402
from world import World  # noqa: E402

COLUMNS = ("serial", "channel", "meter", "colorant", "unit")


def say(line):
    print(line, flush=True)


class Demo(World):
    def __init__(self, stage, options):
        super().__init__(stage, options.printers, options.days, options.seed, say)
        self.options = options
        self.account = Account()

    def start_printers(self, *more):
        super().start_printers(*more)
        self.stands(self.begin, self.begin)

    def stands(self, clock, printers):
        """It is `clock` for collector and portal, and `printers` for the printers."""
        self.account.stands(clock, self.sim.ask(f"truth {text(printers)} {text(printers)}")["meters"])

    def advance(self, at):
        super().advance(at)
        self.stands(at, at)

    def read_and_send(self, state=None, expect=0):
        """One round, of which is noted whether it came to its end."""
        state = state or self.state
        done = self.stage.run("plotmeter-collector", "run", "--once", *self.reach(), "--state", state, expect=expect)
        # What did not answer in full (a time-out on a busy machine) says so; nobody counts on it then.
        if (done.returncode == 0 and f"{self.count} of {self.count} printers answered" in done.stdout
                and "printer_trouble" not in done.stderr):
            self.account.was_read(self.stage.time)
        self.account.kept(state)

    def print_and_read(self):
        """The days go by: the printers print, the collector reads them and sends."""
        steps = self.options.days * 24 // self.options.hours
        started = time.monotonic()
        for step in range(steps + 1):
            at = self.begin + timedelta(hours=self.options.hours * step)
            self.advance(at)
            self.read_and_send()
            if step and step * self.options.hours % 120 == 0:
                say(f"  day {step * self.options.hours // 24}: read and sent, {time.monotonic() - started:.0f} s")
        self.end = self.begin + timedelta(hours=self.options.hours * steps)
        # One more look, so that a receipt which came late is not taken for a loss.
        waiting = self.stage.run_json("plotmeter-collector", "status", "--state", self.state)
        if waiting["waiting_batches"] or waiting["waiting_readings"]:
            raise Failed(f"something still waits in the spool: {waiting}")

    def export(self, what, end=None):
        done = self.stage.run(
            "plotmeter-portal", "export", what, "--data", self.data, "--reseller", self.reseller,
            "--from", text(self.begin), "--to", text(end or self.end))
        return list(csv.DictReader(io.StringIO(done.stdout, newline="")))

    def compare_usage(self, truth):
        """Every line beside the printers' own. Returns how many lines there were and how many differ."""
        billed = {tuple(row[c] for c in COLUMNS): row for row in self.export("usage")}
        shown = {tuple(str(row[c] or "") for c in COLUMNS): row for row in truth["meters"]}
        say(f"\n{'printer':<12} {'channel':<7} {'meter':<14} {'colorant':<17} {'unit':<11} "
            f"{'printed':>12} {'billed':>12}")
        differ = 0
        for key in sorted(billed.keys() | shown.keys()):
            ours, theirs = billed.get(key), shown.get(key)
            same = (ours is not None and theirs is not None and
                    all(Decimal(ours[c]) == Decimal(theirs[c]) for c in ("opening", "closing", "used")))
            differ += not same
            serial, channel, meter, colorant, unit = key
            say(f"{serial:<12} {channel:<7} {meter:<14} {colorant:<17} {unit:<11} "
                f"{theirs['used'] if theirs else 'nothing':>12} {ours['used'] if ours else 'nothing':>12}"
                f"{'' if same else '   <-- differs'}")
        return len(billed.keys() | shown.keys()), differ

    def compare_jobs(self, truth):
        """Every finished job once, with the printers' own numbers."""
        billed = {}
        doubled = 0
        # A job that ended at that very second is of the period after it; the printers tell it.
        for row in self.export("jobs", self.end + timedelta(seconds=1)):
            doubled += (row["serial"], row["job"]) in billed
            billed[row["serial"], row["job"]] = row
        wrong = 0
        printed = 0
        tells_jobs = {p["serial"] for p in self.printers if p["piws"]}  # SNMP alone knows no jobs
        for job in truth["jobs"]:
            if job["status"] != "printed" or job["serial"] not in tells_jobs:
                continue
            printed += 1
            row = billed.get((job["serial"], job["job"]))
            same = (row is not None and row["status"] == "printed" and
                    Decimal(row["area"]) == Decimal(job["area"]) and
                    Decimal(row["length"]) == Decimal(job["length"]) and
                    row["type"] == job["type"] and row["printed_pages"] == str(job["pages"]) and
                    ink_of(row["ink"]) == {i["colorant"]: Decimal(i["value"]) for i in job["ink"]})
            if not same:
                wrong += 1
                say(f"job {job['serial']} {job['job']} differs: printed {job}, billed {row}")
        invented = sum(1 for (serial, _), row in billed.items()
                       if row["status"] == "printed" and serial in tells_jobs) - (printed - wrong)
        return printed, wrong + doubled + max(0, invented)

    def verdict(self):
        truth = self.sim.ask(f"truth {text(self.begin)} {text(self.end)}")
        lines, lines_wrong = self.compare_usage(truth)
        jobs, jobs_wrong = self.compare_jobs(truth)
        models = {p["model"] for p in self.printers}
        say(f"\n{len(self.printers)} printers of {len(models)} models, {self.options.days} days, {jobs} jobs printed, "
            f"{lines} usage lines")
        wrong = lines_wrong or jobs_wrong or not lines or not jobs
        say(f"billed differs from printed: {lines_wrong} of {lines} lines, {jobs_wrong} jobs" if wrong else "billed = printed")
        return 1 if self.compare_rows() or wrong else self.prove()

    def compare_rows(self):
        """Every value that is stored beside what its meter showed then; all that was kept, once."""
        database = os.path.join(self.data, "portal.db")
        wrong = self.account.wrong(database)
        for sentence in wrong:
            say(sentence)
        say(self.account.summary)
        say("stored differs from printed" if wrong else "stored = printed")
        if not wrong:
            wrong = self.account.blind(database)
            say(f"nobody would have seen: {wrong}" if wrong else "each of the ways to be wrong would have been seen")
        return 1 if wrong else 0

    def prove(self):
        """Every batch behind the bill, checked from a file alone, with the portal's key that the code named."""
        path = self.stage.path("evidence")
        portal = self.stage.run_json("plotmeter-collector", "status", "--state", self.state)["portal_key"]
        self.stage.run("plotmeter-portal", "export", "evidence", "--data", self.data, "--reseller", self.reseller,
                       "--output", path)
        checked = self.stage.run("plotmeter-verify", path, "--portal", portal, expect=None)
        say(f"plotmeter-verify: {checked.stdout.splitlines()[-2]}")
        say(checked.stdout.splitlines()[-1])
        return checked.returncode

    def keep(self):
        """From here on in real time, until interrupted."""
        self.portal.stop()
        self.stage.set_time(None)
        self.serve()
        self.sim.ask(f"advance {text(now())}")
        collector = self.stage.start("plotmeter-collector", "run", "--state", self.state,
                                     "--interval", "1m", "--job-interval", "1m", *self.reach())
        say(f"\nStill running; Ctrl-C ends it.\n"
            f"  portal      {self.url}\n  certificate {self.certificate}\n  API token   {self.token}\n"
            f"  try         curl --cacert {self.certificate} -H 'Authorization: Bearer {self.token}' "
            f"{self.url}/api/v1/printers")
        try:
            while collector.popen.poll() is None:
                time.sleep(5)
                self.sim.ask(f"advance {text(now())}")
        except KeyboardInterrupt:
            say("ending")


def ink_of(cell):
    """"cyan=0.21 cc;magenta=1.5 cc" as numbers by colorant."""
    pairs = (part.split("=", 1) for part in cell.split(";") if part)
    return {colorant: Decimal(amount.split(" ")[0]) for colorant, amount in pairs}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], prog="./x demo")
    parser.add_argument("--bin", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--printers", type=int, default=6, help="how many printers [6]")
    parser.add_argument("--days", type=int, default=30, help="how many simulated days [30]")
    parser.add_argument("--hours", type=int, default=3, help="simulated hours from reading to reading [3]")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other jobs [1]")
    parser.add_argument("--keep", action="store_true", help="leave everything running afterwards, and say where")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that nothing is left running
    try:
        with Stage(options.bin) as stage:
            demo = Demo(stage, options)
            demo.start_printers()
            demo.start_portal()
            demo.enrol()
            demo.discover()
            say(f"{options.days} days of printing, read every {options.hours} hours:")
            demo.print_and_read()
            result = demo.verdict()
            if options.keep:
                demo.keep()
            return result
    except Failed as failed:
        print(f"demo: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())

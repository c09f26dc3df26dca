#!/usr/bin/python3
"""A customer is erased while its collector runs, and the portal is then put back to a day on which it was not.

The collector is refused and says what to do; it keeps what it reads, and nothing of it is stored. The portal that was restored from a
backup of before finds the erasure in the journal and repeats it before it hears anybody: no row of the customer is there again, the
collector is refused as before, and what is left still verifies.
"""

import argparse
import contextlib
import json
import os
import sqlite3

from backup import Backups
from heartbeats import expect
from stage import Stage, end_with

TOLD = ("printer", "sighting", "meter", "meter_reading", "job", "supply", "alert", "event", "printer_whereabouts", "printer_claim",
        "heartbeat", "enrolment_code")


class Erased(Backups):
    def rows(self):
        """How many rows are left of what collectors told, and contents of batches."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            count = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TOLD}
            count["evidence"] = database.execute("SELECT count(payload) + count(names) FROM evidence").fetchone()[0]
        return {table: number for table, number in count.items() if number}

    def is_refused(self, what):
        """It says so, and goes on reading: what waits grows, and nothing of it is stored."""
        seen = self.until(what, lambda s: "revoked" in (s["trouble"] or "") and "Enrol it again" in s["trouble"])
        waits = seen["waiting_readings"] + seen["waiting_batches"]
        stored = self.stored()
        self.until("and goes on reading", lambda s: s["waiting_readings"] + s["waiting_batches"] > waits)
        expect(self.stored() == stored, "something of an erased customer's collector was stored")
        expect(not self.rows(), f"rows of an erased customer: {self.rows()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Erased(stage, printers=2)
        key = world.set_up()
        world.start_collector("none")
        world.until("batches come in", lambda stored: len(stored) >= 2, world.stored)
        backup = stage.path("portal.backup")
        world.portal_says("backup", backup, "--data", world.data)
        before = len(world.stored())
        world.until("and go on", lambda stored: len(stored) > before, world.stored)
        expect(world.rows().get("meter_reading"), "there is nothing to erase")

        report = json.loads(world.portal_says("customer", "erase", "--data", world.data, "--customer", "Bridge & Partners", "--json").stdout)
        expect(report["erased"]["collectors"] == 1 and report["erased"]["printers"] == 2, f"the report: {report}")
        world.is_refused("the collector of an erased customer is refused")
        world.portal.stop()

        old = stage.path("burnt")
        os.rename(world.data, old)
        said = world.restore(backup, key, "--journal", os.path.join(old, "journal.ndjson"))
        print(said.stdout.strip(), flush=True)
        expect("1 revocations and 1 erasures" in said.stdout, said.stdout)
        expect(not world.rows(), f"rows of an erased customer came back: {world.rows()}")
        expect(not stage.run_json("plotmeter-portal", "customer", "list", "--data", world.data), "the customer is there again")
        kept = world.stored()
        expect(0 < len(kept) <= before, "place and hash of the batches of before are kept")

        world.serve()
        world.is_refused("and by the portal that was restored")
        expect(world.stored() == kept, "what the backup did not have came again")
        expect(world.running.stop() == 0, "the collector did not end well")
        report = stage.run_json("plotmeter-portal", "verify", "--data", world.data)
        expect(report["clean"] and report["erased"] == len(kept), f"verify: {report}")


if __name__ == "__main__":
    end_with(main)

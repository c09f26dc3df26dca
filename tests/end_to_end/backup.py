#!/usr/bin/python3
"""A backup taken while batches come in is restored on another machine, and nothing is missing afterwards.

The portal is backed up under way, hears more, and revokes a collector; then its machine burns down. What is left is the backup,
the recovery key and the journal. The restored portal verifies clean, hears again what it forgot, and refuses whom it
revoked. A wrong key, a damaged file, a foreign file and a directory that is taken are each refused in words.
"""

import argparse
import contextlib
import json
import os
import shutil
import sqlite3

from heartbeats import Heartbeats, expect
from stage import Stage, end_with


class Backups(Heartbeats):
    def portal_says(self, *words, expect=0):
        return self.stage.run("plotmeter-portal", *words, expect=expect)

    def restore(self, file, key, *words, data=None, expect=0):
        return self.portal_says("restore", file, "--data", data or self.data, "--recovery-key", key, *words, expect=expect)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Backups(stage, printers=2)
        key = world.set_up()
        # A second collector, to be revoked after the backup.
        code = world.add("enrolment", "add", "--site", world.site)["code"]
        second = stage.path("second")
        stage.run("plotmeter-collector", "enrol", "--portal", world.url, "--code", code, "--ca", world.certificate, "--state", second)
        revoked = json.loads(stage.run("plotmeter-collector", "status", "--json", "--state", second, expect=None).stdout or "{}").get("collector")

        world.start_collector("none")
        world.until("batches come in", lambda stored: len(stored) >= 2, world.stored)
        backup = stage.path("portal.backup")
        made = json.loads(world.portal_says("backup", backup, "--data", world.data, "--json").stdout)
        expect(os.stat(backup).st_mode & 0o077 == 0, "others can read the backup")
        world.portal_says("backup", backup, "--data", world.data, expect=1)  # it overwrites nothing
        with open(backup, "rb") as file:
            content = file.read()
        expect(b"PRIVATE KEY" not in content, "a key lies open in the backup")
        before = len(world.stored())
        world.until("and go on", lambda stored: len(stored) >= before + 2, world.stored)
        others = [c["id"] for c in stage.run_json("plotmeter-portal", "collector", "list", "--data", world.data)]
        revoked = revoked or next(c for c in others if c != world.status()["collector"])
        world.portal_says("collector", "revoke", "--collector", revoked, "--data", world.data)
        world.running.stop()
        whole = world.stored()
        world.portal.stop()

        for what, file, with_key in (
                ("a wrong key", backup, os.path.join(world.state, "key.pem")),
                ("no key", backup, stage.path("nowhere")),
                ("no file", stage.path("nowhere"), key)):
            said = world.restore(file, with_key, data=stage.path("elsewhere"), expect=1)
            print(f"{what}: {said.stderr.strip()}", flush=True)
            expect(not os.path.exists(os.path.join(stage.path("elsewhere"), "portal.db")), f"{what} made a portal")
        damaged = stage.path("damaged")
        with open(damaged, "wb") as file:
            file.write(content[:len(content) // 2])
        print(f"half a file: {world.restore(damaged, key, data=stage.path('elsewhere'), expect=1).stderr.strip()}", flush=True)
        with open(damaged, "wb") as file:
            file.write(b"a film" * 1000)
        print(f"a film: {world.restore(damaged, key, data=stage.path('elsewhere'), expect=1).stderr.strip()}", flush=True)
        shutil.copy(os.path.join(world.state, "spool.db"), damaged)
        print(f"a spool: {world.restore(damaged, key, data=stage.path('elsewhere'), expect=1).stderr.strip()}", flush=True)
        print(f"a taken place: {world.restore(backup, key, expect=1).stderr.strip()}", flush=True)

        old = stage.path("burnt")
        os.rename(world.data, old)
        said = world.restore(backup, key, "--journal", os.path.join(old, "journal.ndjson"))
        print(said.stdout.strip(), flush=True)
        expect("1 revocations" in said.stdout, said.stdout)
        expect(made["made_at"] in said.stdout, said.stdout)
        expect(os.stat(os.path.join(world.data, "keys", "signing.pem")).st_mode & 0o077 == 0, "others can read the key")
        expect(len(world.stored()) < len(whole), "the backup held everything already")
        report = stage.run_json("plotmeter-portal", "verify", "--data", world.data)
        expect(report["clean"], f"verify of what was restored: {report}")
        listed = {c["id"]: c for c in stage.run_json("plotmeter-portal", "collector", "list", "--data", world.data)}
        expect(listed[revoked]["revoked_at"], f"{revoked} is valid again: {listed}")

        world.serve()
        world.start_collector("none")
        world.until("what it forgot came again", lambda stored: set(whole) <= set(stored), world.stored)
        world.until("and nothing waits", lambda s: not s["waiting_batches"])
        expect(world.running.stop() == 0, "it did not end well")
        report = stage.run_json("plotmeter-portal", "verify", "--data", world.data)
        expect(report["clean"] and not report["missing"] and not report["voids"], f"verify at the end: {report}")
        with contextlib.closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True)) as database:
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_schema")}
        expect("backup_note" not in tables, "what belongs to the backup is in the portal")


if __name__ == "__main__":
    end_with(main)

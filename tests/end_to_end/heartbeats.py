#!/usr/bin/python3
"""A collector and its portal between the batches: the sign of life, settings from outside, a portal put back.

The portal hears the collector, proposes settings that are taken, refused or not allowed, and is then restored from a
backup: what it forgot comes again by itself, though the collector holds receipts for it. And it says that there is a newer
collector, which the collector says once and does nothing about.
"""

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import time

from stage import Failed, Stage, end_with
from world import World


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


class Heartbeats(World):
    def set_up(self):
        """Printers, a portal, and a collector that has found them, in real time. The portal's recovery key lies elsewhere: its path."""
        self.stage.set_time(None)
        self.start_printers()
        self.start_portal()
        key = self.stage.path("recovery-key.pem")
        shutil.move(os.path.join(self.data, "recovery-key.pem"), key)
        self.enrol()
        self.discover()
        return key

    def status(self):
        return json.loads(self.collector("status", "--json").stdout)

    def until(self, what, holds, ask=None):
        ask = ask or self.status
        deadline = time.monotonic() + 60
        while not holds(seen := ask()):
            if self.running.popen.poll() is not None:
                raise Failed(f"{what}: the collector ended:\n{self.running.errors()}")
            if time.monotonic() > deadline:
                raise Failed(f"{what}: still not so after 60 s: {seen}\n{self.running.errors()}")
            time.sleep(0.1)
        print(what, flush=True)
        return seen

    def start_collector(self, remote):
        self.running = self.stage.start("plotmeter-collector", "run", "--state", self.state, *self.reach(), "--interval", "2s",
                                        "--job-interval", "1s", "--heartbeat", "1s", "--remote", remote)

    def collector_logs(self):
        for program in self.stage.programs:
            if program.name == "plotmeter-collector":
                with open(program.log, encoding="utf-8") as f:
                    yield from f

    def heard(self):
        return self.stage.run_json("plotmeter-portal", "collector", "list", "--data", self.data)[0]

    def outcome(self):
        return self.stage.run_json("plotmeter-portal", "collector", "settings", "--data", self.data)[0]

    def propose(self, *words):
        self.stage.run("plotmeter-portal", "collector", "settings", "--data", self.data, "--site", self.site, *words)

    def stored(self):
        """The batches that the portal has, by id."""
        # Closed at once: an open connection would keep the write-ahead log apart from the file that is copied.
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return sorted(row[0] for row in database.execute("SELECT batch FROM batch"))

    def outbox(self):
        return json.loads(self.collector("outbox", "--json").stdout)["batches"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Heartbeats(stage, printers=2)
        world.set_up()
        world.start_collector("schedule")
        world.until("the portal hears it", lambda c: c.get("heard_at"), world.heard)
        world.until("and the collector knows", lambda s: s["last_heartbeat_at"])

        world.propose("--interval", "1h", "--job-interval", "1m")
        status = world.until("a proposal is taken", lambda s: (s["remote"] or {}).get("outcome") == "taken")
        expect(status["remote"]["settings"]["interval"] == ["1h"], f"not what was proposed: {status['remote']}")
        world.until("and the portal hears of it", lambda o: o.get("outcome") == "taken", world.outcome)
        world.propose("--interval", "1s")
        outcome = world.until("one without sense is refused", lambda o: o.get("outcome") == "refused", world.outcome)
        expect("'interval' is '1s'" in outcome["reason"], f"without its reason: {outcome}")
        world.propose("--range", "127.9.9.0/24")
        world.until("a range is not allowed", lambda o: o.get("outcome") == "not-allowed", world.outcome)
        world.propose("--as-in-file")
        world.until("all is as in the file again", lambda s: s["remote"]["outcome"] == "taken" and not s["remote"]["settings"])

        world.portal.stop()
        shutil.copy(world.database, stage.path("backup.db"))
        before = len(world.stored())
        expect(world.status()["newer_version"] is None, "a portal of the same release knows a newer collector")
        world.serve("--newest-collector", "99.10.0-rc.1")
        status = world.until("a newer version is there", lambda s: s["newer_version"])
        expect(status["newer_version"] == "99.10.0-rc.1", f"not the one that was said: {status['newer_version']}")
        words = f"Version 99.10.0-rc.1 is available; installed is {status['installed_version']}. Nothing is installed by itself."
        expect(words in world.collector("status").stdout, "status does not say so in words")
        world.until("more is sent after the backup", lambda stored: len(stored) >= before + 3, world.stored)
        world.running.stop()
        whole = world.stored()
        world.portal.stop()
        shutil.copy(stage.path("backup.db"), world.database)
        world.serve("--newest-collector", "99.10.0-rc.1")
        expect(len(world.stored()) == before, "the portal was not put back")
        world.start_collector("none")
        world.until("what the portal forgot came again", lambda stored: set(whole) <= set(stored), world.stored)
        world.until("and nothing waits", lambda s: not s["waiting_batches"])
        expect(any(batch["tries"] > 1 for batch in world.outbox()), "nothing was sent again")
        status = world.status()
        expect(status["remote"]["allowed"] == "none", f"it may do more than it was told: {status['remote']}")
        said = [line for line in world.collector_logs() if " newer_version " in line]
        expect(len(said) == 1, f"said once, over a restart too: {said}")
        world.portal.stop()
        world.serve("--newest-collector", "none")
        world.until("nothing newer is known any more", lambda s: s["newer_version"] is None)
        expect(world.running.stop() == 0, "it did not end well")
        refused = stage.run("plotmeter-portal", "serve", "--data", world.data, "--newest-collector", "v2", expect=2)
        expect("'newest-collector' is 'v2'; expected a version such as 1.4.2, or none" in refused.stderr, refused.stderr)


if __name__ == "__main__":
    end_with(main)

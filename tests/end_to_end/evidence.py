#!/usr/bin/python3
"""The proof of a bill: what a portal keeps is checked again, handed out, and checked by somebody who has nothing but the file.

A collector sends some batches. The portal's `verify` is clean, so is plotmeter-verify of the exported file; one byte
changed anywhere, a line left out, the end cut off, another portal or another key: each is found and named.
"""

import argparse
import json
import os
import sqlite3
from datetime import timedelta

from stage import Failed, Stage, end_with
from world import World


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


class Evidence(World):
    def portal_words(self, *words, expect=0):
        return self.stage.run("plotmeter-portal", *words, "--data", self.data, expect=expect).stdout

    def export(self, *words):
        path = self.stage.path("north.evidence")
        self.portal_words("export", "evidence", "--reseller", self.reseller, "--output", path, *words)
        return path

    def verify(self, lines, *words, code=1):
        path = self.stage.path("given.evidence")
        with open(path, "wb") as file:
            file.write(b"".join(lines))
        return self.stage.run("plotmeter-verify", path, *words, expect=code)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Evidence(stage, printers=2)
        world.start_printers()
        world.start_portal()
        world.enrol()
        world.discover()
        for hours in range(0, 12, 3):
            world.advance(world.begin + timedelta(hours=hours))
            world.read_and_send()

        report = json.loads(world.portal_words("verify", "--json"))
        expect(report["clean"] and report["batches"] >= 4 and report["readings"] > 0, f"verify: {report}")
        expect(not report["missing"] and not report["voids"], f"verify: {report}")
        collector = stage.run_json("plotmeter-portal", "collector", "list", "--data", world.data)[0]["id"]
        logs = report.pop("audit")  # of what a reseller does, and of no collector
        expect([log["reseller"] for log in logs] == [world.reseller, "operator"], f"audit logs: {logs}")
        one = json.loads(world.portal_words("verify", "--json", "--collector", collector))
        expect(one == report, f"verify of the only collector: {one}")
        world.portal_words("verify", "--collector", "col_ZZZZZZZZ", expect=1)

        path = world.export()
        with open(path, "rb") as file:
            lines = file.readlines()
        expect(len(lines) == report["batches"] + 2, f"{len(lines)} lines for {report['batches']} batches")
        head = json.loads(lines[0])
        for name in (b"admin", b"SYS$PUBLIC"):
            expect(all(name not in line for line in lines), f"{name} is in the file")
        said = world.verify(lines, "--portal=" + head["portal"], "--json", code=0)
        expect(json.loads(said.stdout) == report, f"plotmeter-verify says something else: {said.stdout}")
        expect("clean: each batch" in world.verify(lines, code=0).stdout, "not said in words")

        def found(what, given, words, *flags):
            done = world.verify(given, *flags)
            expect(words in done.stdout, f"{what}: {done.stdout}{done.stderr}")
            print(f"{what}: {next(l for l in done.stdout.splitlines() if words in l).strip()}", flush=True)

        batch = json.loads(lines[2])
        bent = dict(batch, payload=batch["payload"].replace('"value":"', '"value":"1', 1))
        found("a reading changed", [lines[0], lines[1], json.dumps(bent).encode() + b"\n", *lines[3:]],
              "the signature is not that of its content")
        found("a batch left out", [*lines[:2], *lines[3:]], "missing")
        found("a batch left out is no whole file", [*lines[:2], *lines[3:]], "changed after it was written")
        found("the end cut off", lines[:-1], "cut off")
        found("half a line", [*lines[:-1], lines[-1][:20]], "cut off")
        found("something behind the end", [*lines, lines[1]], "follows the signed end")
        found("garbage in between", [*lines[:2], b"\x00\xff\n", *lines[2:]], "line 3")
        found("another portal", lines, "not of", "--portal", "A" * 43)
        found("another key of the collector", lines, "not " + "A" * 43, "--key", f"{collector}={'A' * 43}")
        expect(world.verify([b"hello\n"]).returncode == 1, "a foreign file")
        expect(world.verify([]).returncode == 1, "an empty file")
        world.verify(lines, "--portal", "short", code=2)
        stage.run("plotmeter-verify", expect=2)
        stage.run("plotmeter-verify", stage.path("nowhere"), expect=1)

        world.portal.stop()
        with sqlite3.connect(os.path.join(world.data, "portal.db")) as database:
            database.execute("UPDATE evidence SET names = NULL WHERE batch = 1")
            database.execute("UPDATE evidence SET payload = NULL, names = NULL WHERE batch = 2")
        database.close()
        report = json.loads(world.portal_words("verify", "--json"))
        expect(report["clean"] and report["erased"] == 1 and report["names_erased"] == 1, f"erased: {report}")
        with sqlite3.connect(os.path.join(world.data, "portal.db")) as database:
            database.execute("UPDATE evidence SET payload = x'00' WHERE batch = 3")
        database.close()
        words = world.portal_words("verify", expect=1)
        expect(words.startswith("FAULT") and "sequence 3" in words.splitlines()[0], f"the first that fails: {words}")


if __name__ == "__main__":
    end_with(main)

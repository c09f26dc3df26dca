#!/usr/bin/python3
"""A site that lets nothing out: batches are carried to the portal in files, and their receipts back.

The portal is off while the collector reads. What waits is exported, imported there (the portal need not run), and the
receipts let the spool forget it. A file that was changed, a film among the files, receipts of another portal, lines nobody
signed: each is named and moves nothing. Carried twice, it is counted once.
"""

import argparse
import json
import os
import shutil
from datetime import timedelta

from stage import Failed, Stage, end_with
from world import World


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


class Carried(World):
    def status(self):
        return json.loads(self.collector("status", "--json").stdout)

    def bring(self, folder, *words, code=0):
        return self.stage.run("plotmeter-portal", "import", folder, "--data", self.data, "--json", *words, expect=code)

    def take(self, path, code=0):
        return self.collector("import-receipts", path, "--json", expect=code)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Carried(stage, printers=3)
        world.collector("export-batches", stage.path("usb"), expect=1)  # not enrolled
        world.start_printers()
        world.start_portal()
        world.enrol()
        world.discover()
        world.portal.stop()
        for hours in range(0, 12, 3):
            world.advance(world.begin + timedelta(hours=hours))
            world.collector("run", "--once", *world.reach(), expect=None)
        usb = stage.path("usb")
        files = json.loads(world.collector("export-batches", usb, "--json").stdout)["files"]
        expect(files and sorted(files) == sorted(os.listdir(usb)), f"{files} are not what lies there: {os.listdir(usb)}")
        again = json.loads(world.collector("export-batches", usb, "--json").stdout)["files"]
        expect(again == files, f"exported again, it is other batches: {again}")
        waiting = world.status()
        expect(waiting["waiting_batches"] == len(files) and not waiting["waiting_readings"], f"{waiting}")
        print(f"{len(files)} batches exported", flush=True)

        shutil.copytree(usb, stage.path("bent"))
        with open(os.path.join(stage.path("bent"), files[0]), "r+b") as file:
            file.seek(-30, os.SEEK_END)
            byte = file.read(1)
            file.seek(-30, os.SEEK_END)
            file.write(b"A" if byte != b"A" else b"B")
        with open(os.path.join(stage.path("bent"), "film.jose"), "wb") as file:
            file.truncate(50 << 20)
        brought = world.bring(stage.path("bent"), code=1)
        expect("authentication" in brought.stderr and "film.jose: refused: too-large" in brought.stderr, brought.stderr)
        expect(json.loads(brought.stdout)["refused"] == 2, brought.stdout)
        taken = json.loads(world.take(os.path.join(stage.path("bent"), "receipts.ndjson"), code=1).stdout)
        expect(taken["receipted"] == len(files) - 1 and taken["waiting_batches"] == 1, f"{taken}")
        expect(len(taken["troubles"]) == 2, f"what was refused before it was known whose it is: {taken}")
        expect("before it knew whose it is (\"authentication\")" in taken["troubles"][0], f"{taken}")
        print(f"one was changed on the way: {taken['troubles'][0]}", flush=True)

        report = json.loads(world.bring(usb).stdout)
        expect(report["before"] == len(files) - 1 and report["stored"] == 1, f"{report}")
        receipts = os.path.join(usb, "receipts.ndjson")
        taken = json.loads(world.take(receipts).stdout)
        expect(taken["receipted"] == 1 and taken["before"] == len(files) - 1 and not taken["waiting_batches"], f"{taken}")
        expect(json.loads(world.take(receipts).stdout)["receipted"] == 0, "the same receipts counted twice")
        expect(json.loads(world.collector("export-batches", stage.path("none"), "--json").stdout)["files"] == [],
               "something still waits")

        with open(receipts, "rb") as file:
            lines = file.readlines()
        for what, given, code in (
                ("another portal", [lines[0].replace(b'"portal":"', b'"portal":"x'), *lines[1:]], 1),
                ("no head", lines[1:], 1), ("an empty file", [], 1), ("a photo", [b"\xff\xd8\xff"], 1),
                ("a line nobody signed", [lines[0], b'{"file":"f","status":200,"jws":"a.b.c"}\n'], 1),
                ("a line without a signature", [lines[0], b'{"file":"f"}\n'], 1)):
            with open(stage.path("given"), "wb") as file:
                file.write(b"".join(given))
            said = world.collector("import-receipts", stage.path("given"), expect=code)
            print(f"{what}: {(said.stderr or said.stdout).splitlines()[0]}", flush=True)
        stage.run("plotmeter-portal", "import", stage.path("nowhere"), "--data", world.data, expect=1)
        world.collector("import-receipts", expect=2)
        verified = stage.run_json("plotmeter-portal", "verify", "--data", world.data)
        expect(verified["clean"] and verified["batches"] == len(files) and not verified["missing"], f"{verified}")


if __name__ == "__main__":
    end_with(main)

#!/usr/bin/python3
"""diagnose: what a printer answers is there, who uses it is not, and a hostile printer ends it within bounds."""

import argparse
import json
import os
import re
import stat
import sys
import time
from datetime import timedelta

from private import JOB_NAME, holds
from sick import Ward, peak_kb
from stage import Failed, Stage
from world import World

COMMUNITY = "community-for-nobody-else"
MOST_MEMORY_KB = 160 * 1024
MOST_SECONDS = 120


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


def bundle_of(world, address, *words):
    output = world.stage.path("bundle.json")
    said = world.stage.run("plotmeter-collector", "diagnose", address, *world.reach(), "--community", COMMUNITY, "--http-port", 0,
                           "--packets-per-second", 5000, "--output", output, *words).stdout
    expect("sent nowhere" in said or "Nothing was sent anywhere" in said, f"it does not say that it sends nothing: {said}")
    expect(stat.S_IMODE(os.stat(output).st_mode) == 0o600, "the bundle is not for its owner alone")
    with open(output, "rb") as f:
        content = f.read()
    os.remove(output)
    return content, said


def people_are_not_in_it(world):
    shapes = 0
    for printer in world.printers:
        address = printer["address"]
        content, said = bundle_of(world, address)
        bundle = json.loads(content)
        never = [*world.never, "plotter-" + printer["serial"][7:], "copy room", address, COMMUNITY, printer["serial"],
                 "Büttenpapier der Kundin"]
        found = [text for text in never if holds(content, text)]
        expect(not found, f"{address}: in the bundle is {found}")
        expect(not JOB_NAME.search(content.decode().lower()), f"{address}: the name of a job is in the bundle")
        without_oids = re.sub(rb"\b1\.3(?:\.\d+)+", b"", content)
        found = re.search(rb".{0,60}\b(?:\d{1,3}\.){3}\d{1,3}\b", without_oids)
        expect(not found, f"{address}: an IP address is in the bundle: {found}")
        expect(not re.search(rb"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", content.lower()), "a MAC address")
        # The search must be able to find: what it is for is there.
        objects = {o: v for walk in bundle["snmp"]["walks"] for o, v in walk["objects"].items()}
        texts = [v for v in objects.values() if isinstance(v, str)]
        expect(len(objects) > 50 and bundle["printer"]["model"] and bundle["printer"]["serial"] == "serial-1",
               f"{len(objects)} objects of {bundle['printer']}")
        expect("text: Hewlett-Packard" in texts, f"media and makers are not kept: {texts}")
        asked = [page["path"] for page in bundle["web"] if page["seen"] == "read"]
        print(said.splitlines()[0].rsplit("/", 1)[-1], bundle["printer"]["model"], f"{len(asked)} documents", flush=True)
        shapes += bundle["redaction"]["shaped"]
        content, _ = bundle_of(world, address, "--with-serial")
        expect(holds(content, printer["serial"]), "--with-serial does not keep it")
        found = [text for text in never if text != printer["serial"] and holds(content, text)]
        expect(not found, f"{address}, --with-serial: in the bundle is {found}")
    expect(shapes > 0, "nothing was shaped: were there people at all?")


def hostile_printers_end(stage):
    oddities = ["endless-walk", "stuck-walk", "huge-strings", "web=huge", "web=bomb", "web=laughs", "web=gzip-bomb", "web=garbage"]
    ward = Ward(stage, "127.95.1.0/24", "z9", oddities)
    for oddity, address in ward.addresses():
        command = [os.path.join(stage.bin, "plotmeter-collector"), "diagnose", address, *map(str, ward.reach),
                   "--packets-per-second", "0"]
        began = time.monotonic()
        code, out, errors, peak = peak_kb(command, stage.environment())
        took = time.monotonic() - began
        expect(code == 0, f"{oddity}: ended with {code}: {errors}")
        json.loads(out)
        expect(peak < MOST_MEMORY_KB, f"{oddity}: took {peak} kB of memory, allowed are {MOST_MEMORY_KB}")
        expect(took < MOST_SECONDS, f"{oddity}: took {took:.0f} s")
        expect(len(out) < 24 << 20, f"{oddity}: the bundle has {len(out)} octets")
        print(f"{oddity:<14} {took:5.1f} s {peak // 1024:4} MB, bundle {len(out) // 1000} kB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = World(stage, printers=4, days=2)
        world.start_printers("--community", COMMUNITY)
        world.advance(world.begin + timedelta(hours=30))
        people_are_not_in_it(world)
        stage.set_time(None)
        hostile_printers_end(stage)
        done = stage.run("plotmeter-collector", "diagnose", world.printers[0]["address"] + ":9", "--https-port", 9, "--timeout", "200ms",
                         "--http-port", 0, "--retries", 0, expect=1)
        expect("does not answer" in done.stderr, done.stderr)


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"diagnose: {failed}")

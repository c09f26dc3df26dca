#!/usr/bin/python3
"""Nothing private leaves, and nothing private stays: whole directories are searched after a run.

The simulated printers show what real ones show: users, accounts, hosts, contacts, a trap community, their own network
name, place and addresses, and the names of jobs. None of it may be in any file the collector or the portal wrote, nor in
anything they printed, unless a mode lets it (job names, addresses, names and places of printers: off, hashed, sent); and no
secret (enrolment code, API token, key, community, proxy password) either. With every mode at `sent` it does arrive.
"""

import argparse
import glob
import json
import os
import re
import sqlite3
from datetime import timedelta

from stage import Failed, Stage, end_with
from world import World

COMMUNITY = "community-for-nobody-else"
PASSWORD = "proxy-password-of-nobody"
MASKED = ("job-names", "ip-addresses", "mac-addresses", "printer-names", "locations")
JOB_NAME = re.compile(r"(?:floor-plan|elevation|site map|poster|wiring|übersicht) \d{1,2}\.pdf")


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


class Loud(Stage):
    """Keeps everything that programs other than the simulator print."""

    def __init__(self, bin_dir):
        super().__init__(bin_dir)
        self.printed = {}

    def run(self, program, *arguments, expect=0):
        done = super().run(program, *arguments, expect=expect)
        key = " ".join(["printed by", program, *map(str, arguments[:2]), f"({len(self.printed)})"])
        self.printed[key] = (done.stdout + done.stderr).encode()
        return done


def files_under(*directories):
    found = {}
    for directory in directories:
        for path in glob.glob(os.path.join(directory, "**"), recursive=True, include_hidden=True):
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    found[path] = f.read()
    return found


def holds(content, text):
    """In any case, as UTF-8 or as UTF-16."""
    small = content.lower()
    return text.lower().encode() in small or text.lower().encode("utf-16-le") in small


def search(places, texts):
    return [f"{text!r} is in {place}" for place, content in places.items() for text in texts if holds(content, text)]


class Private(World):
    def reach(self):
        return (*super().reach(), "--community", COMMUNITY)

    def collect(self, mode):
        """A collector of its own that reads, cuts, previews and sends with this mode for all that has one."""
        self.state = self.stage.path("collector-" + mode)
        self.code = self.add("enrolment", "add", "--site", self.site)["code"]
        self.codes.append(self.code)
        self.enrol()
        self.discover()
        names = [word for setting in MASKED for word in (f"--{setting}", mode)]
        self.portal.stop()
        self.collector("run", "--once", *self.reach(), *names, expect=1)
        previews = [self.collector("preview", *extra, *names).stdout for extra in ((), ("--cut",), ("--json",))]
        self.collector("status")
        self.serve()
        self.collector("run", "--once", *self.reach(), *names)
        for look in ("status", "outbox"):
            said = self.collector(look, "--json").stdout
        sent = [self.collector("outbox", batch["sha256"]).stdout for batch in json.loads(said)["batches"]]
        expect(sent and all("receipt: ey" in text for text in sent), f"outbox does not show what was sent: {sent}")
        previews += sent
        return "".join(previews)


def wrong_ways(world):
    """Complaints are where secrets like to slip out."""
    proxy = f"http://somebody:{PASSWORD}@127.0.0.1:9"
    world.collector("run", "--once", *world.reach(), "--proxy", proxy, expect=1)
    for bad in (proxy.replace("http:", "ftp:"), proxy + "/ ?"):
        world.collector("run", "--once", *world.reach(), "--proxy", bad, expect=2)
    world.collector("enrol", "--portal", proxy.replace("http:", "https:"), "--code", world.code, expect=2)
    world.collector("enrol", "--portal", f"http://somebody:{PASSWORD}@127.0.0.1", "--code", world.code, expect=2)
    world.collector("enrol", "--portal", world.url, "--ca", world.certificate, "--code", world.code[:-2], expect=1)
    world.collector("enrol", "--portal", world.url, "--ca", world.certificate, world.code, expect=2)
    world.stage.run("plotmeter-collector", "--help")
    world.stage.run("plotmeter-collector", "run", "--help")


def macs_known_in(state):
    """The MAC addresses that a collector found, for its own use."""
    db = sqlite3.connect(os.path.join(state, "spool.db"))
    macs = {mac for (row,) in db.execute("SELECT macs FROM known_printer") for mac in json.loads(row)}
    db.close()
    expect(macs, "no printer has a MAC address; the search is blind")
    return sorted(macs)


def secrets_of(world):
    """What is worth stealing, and the files that are there to keep it."""
    texts = {COMMUNITY, PASSWORD, world.token, *world.codes}
    for path in glob.glob(world.stage.path("collector-*/key.pem")):
        with open(path, encoding="ascii") as f:
            texts.update(line for line in f.read().split("\n") if line and not line.startswith("-"))
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Loud(options.bin) as stage:
        world = Private(stage, printers=4, days=3)
        world.codes = []
        world.start_printers("--community", COMMUNITY)
        never = world.never
        own_names = ["plotter-" + p["serial"][7:] for p in world.printers] + ["copy room"]
        addresses = [p["address"] for p in world.printers]
        world.start_portal()
        world.codes.append(world.code)
        world.advance(world.begin + timedelta(days=3))
        previews = {mode: world.collect(mode) for mode in ("hashed", "off")}
        wrong_ways(world)
        for what in ("usage", "jobs"):
            world.stage.run("plotmeter-portal", "export", what, "--data", world.data, "--reseller", world.reseller,
                            "--from", "2020-01-01", "--to", "2100-01-01")
        macs = macs_known_in(stage.path("collector-hashed"))
        masked_portal = files_under(world.data)
        masked_printed = dict(stage.printed)
        previews["sent"] = world.collect("sent")
        world.portal.stop()

        printed = stage.printed
        logs = {path: files_under(path).get(path) or open(path, "rb").read()
                for path in glob.glob(stage.path("plotmeter-portal-*.log"))}
        states = {mode: files_under(stage.path("collector-" + mode)) for mode in previews}
        portal = files_under(world.data)
        everything = printed | logs | portal | {p: c for files in states.values() for p, c in files.items()}
        left = masked_portal | {f"preview ({mode})": previews[mode].encode() for mode in ("hashed", "off")}
        kept = left | masked_printed | {p: c for mode in ("hashed", "off") for p, c in states[mode].items()}

        # The search must be able to find: what may be there is there, in the clear.
        serial = world.printers[0]["serial"]
        for name, places in (("states", states["hashed"]), ("portal", portal), ("printed", printed)):
            expect(search(places, [serial]), f"not even a serial number is found in {name}; the search is blind")
        expect(JOB_NAME.search(previews["sent"].lower()), "no job name in what is sent with --job-names sent")
        expect('"h:' in previews["hashed"] and '"h:' not in previews["off"], "hashed names are not where they belong")
        # PIWS has a name of its own for some, which is believed before sysName.
        expect(any(search({"": previews["sent"].encode()}, [name]) for name in own_names[:-1]), "no name of a printer is sent")
        for text in ("copy room", *addresses, *macs):
            expect(search({"sent": previews["sent"].encode()}, [text]), f"{text} is not sent with every mode at sent")
            expect(search(portal, [text]), f"{text} was sent and is not in the portal")

        wrong = search(everything, never)
        wrong += search(kept, own_names)  # addresses are kept where the collector is: it has to find its printers
        wrong += search(left, [*addresses, *macs])
        keys = {p: c for p, c in everything.items() if not p.endswith("key.pem")}
        codes_shown = {p: c for p, c in keys.items() if "plotmeter-portal enrolment" not in p and
                       "plotmeter-portal token" not in p}  # shown once, there
        wrong += search(codes_shown, secrets_of(world))
        wrong += [f"the name of a job is in {place}" for place, content in kept.items()
                  if JOB_NAME.search(content.decode("utf-8", "replace").lower())]
        for directory in (world.data, *(stage.path("collector-" + mode) for mode in previews)):
            for path in [directory, *glob.glob(directory + "/**", recursive=True)]:
                if os.stat(path).st_mode & 0o077 and path not in (world.certificate,):
                    wrong.append(f"{path} is not for its owner alone: {os.stat(path).st_mode & 0o777:o}")
        if wrong:
            raise Failed("\n".join(wrong))
        print(f"{len(everything)} files and outputs searched for {len(never)} texts, and none found")


if __name__ == "__main__":
    end_with(main)

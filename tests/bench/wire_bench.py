#!/usr/bin/python3
"""What leaves the customer's network, in bytes: ten DesignJets, 50 jobs a day each, a day of polls every three hours.

    ./x bench wire

The real collector reads simulated printers and sends to a real portal; the printers' clock and the programs' run at
will. Counted is E, the sealed batch, as `outbox` says it was sent: compressed, encrypted, in base64url. What goes over
the connection beside it (TLS, HTTP, the portal's answers) is counted where it passes by, and stated apart. The first poll
of all, which finds two days of jobs, is not in the figures.

A heartbeat is counted with all that its connection costs, since minutes lie between two of them and each has one of its own.
"""

import argparse
import json
import os
import socket
import sys
import threading
import time
from datetime import timedelta

from measuring import broken, result, say

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "end_to_end"))
from stage import Failed, Stage, free_port  # noqa: E402
from world import World  # noqa: E402

PRINTERS = 10
JOBS = 50
POLLS = 8  # a day
HEARTBEATS_A_DAY = 24 * 12
PATIENCE = 60  # seconds, for what the collector does by itself


class Counted:
    """A door to the portal that counts what goes through, in bytes of TCP. It may close what was idle so many seconds."""

    def __init__(self, port, idle=None):
        self.target = port
        self.idle = idle
        self.up = self.down = self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            portal = socket.create_connection(("127.0.0.1", self.target))
            client.settimeout(self.idle)
            portal.settimeout(self.idle)
            self.connections += 1
            threading.Thread(target=self.pump, args=(client, portal, "up"), daemon=True).start()
            threading.Thread(target=self.pump, args=(portal, client, "down"), daemon=True).start()

    def pump(self, source, sink, way):
        try:
            while data := source.recv(65536):
                setattr(self, way, getattr(self, way) + len(data))
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except TimeoutError:
            for end in (source, sink):
                end.close()
        except OSError:
            pass


def day(bin_dir, *modes):
    """Bytes and number of the batches of a day, the jobs in them, and what the connections carried."""
    with Stage(bin_dir) as stage:
        world = World(stage, printers=PRINTERS, days=3)
        world.start_printers("--models", "z9,z5200", "--jobs-a-day", JOBS)
        world.start_portal()
        door = Counted(world.portal_port)
        world.url = f"https://127.0.0.1:{door.port}"
        world.enrol()
        world.discover()
        poll = ("run", "--once", *world.reach(), *modes)
        at = world.begin + timedelta(days=2)
        world.advance(at)
        world.collector(*poll)
        before = {b["batch"] for b in outbox(world)}
        up, down, connections = door.up, door.down, door.connections
        for _ in range(POLLS):
            at += timedelta(hours=24 / POLLS)
            world.advance(at)
            world.collector(*poll)
        new = [b for b in outbox(world) if b["batch"] not in before]
        if not new or any(b["receipt"] is None for b in new):
            broken("a batch did not arrive")
        jobs = sum(len(json.loads(shown(world, b))["jobs"]) for b in new if "jobs" in json.loads(shown(world, b)))
        return ([b["sent_bytes"] for b in new], jobs,
                (door.up - up, door.down - down, door.connections - connections))


def heartbeats(bin_dir, wanted=10):
    """Bytes up and down of a heartbeat of a collector with ten printers and nothing to send."""
    with Stage(bin_dir) as stage:
        world = World(stage, printers=PRINTERS, days=1)
        stage.set_time(None)
        world.start_printers("--models", "z9,z5200")
        world.start_portal()
        door = Counted(world.portal_port, idle=0.3)
        world.url = f"https://127.0.0.1:{door.port}"
        world.enrol()
        world.discover()
        world.collector("run", "--once", *world.reach())
        stage.start("plotmeter-collector", "run", "--state", world.state, *world.reach(), "--heartbeat", "1s")
        wait_until(lambda: door.connections > 5, "the collector says nothing")  # and what came up at the start is sent
        sent = len(outbox(world))
        up, down, connections = door.up, door.down, door.connections
        wait_until(lambda: door.connections >= connections + wanted, "the collector says no more")
        heard = door.connections - connections
        if len(outbox(world)) != sent:
            broken("a batch went out among the heartbeats")
        return (door.up - up) / heard, (door.down - down) / heard


def wait_until(holds, otherwise):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            broken(otherwise)
        time.sleep(0.05)


def outbox(world):
    return json.loads(world.collector("outbox", "--json").stdout)["batches"]


def shown(world, batch):
    return json.loads(world.collector("outbox", batch["batch"], "--json").stdout)["payload"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    try:
        everything = [f"--{name}=sent" for name in
                      ("job-names", "ip-addresses", "mac-addresses", "printer-names", "locations")]
        for title, modes in (("", ()), (" with everything that may be sent, sent", everything)):
            sizes, jobs, (up, down, connections) = day(options.bin, *modes)
            total = sum(sizes)
            if jobs < PRINTERS * JOBS * 0.9:
                broken(f"only {jobs} jobs were sent, of {PRINTERS * JOBS}")
            say(f"  {PRINTERS} printers, {jobs} jobs, {POLLS} polls{title}: {len(sizes)} batches of {min(sizes)} to "
                f"{max(sizes)} bytes, {total} in all")
            say(f"  beside them: {up - total} bytes up and {down} down in {connections} TLS connections "
                f"({(up - total) // max(len(sizes), 1)} up a batch)")
            if not title:
                result("wire-poll", total / PRINTERS / POLLS / 1000, "KB a printer a poll", most=4)
                result("wire-day", total / PRINTERS / 1000, "KB a printer a day", most=40)
        up, down = heartbeats(options.bin)
        say(f"  a heartbeat: {up:.0f} bytes up and {down:.0f} down with its TLS connection; {HEARTBEATS_A_DAY} a day are "
            f"{up * HEARTBEATS_A_DAY / 1000:.0f} KB up and {down * HEARTBEATS_A_DAY / 1000:.0f} KB down, however many printers")
    except Failed as failed:
        broken(str(failed))


main()

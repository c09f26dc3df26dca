#!/usr/bin/python3
"""`preview` shows the very bytes that leave: their SHA-256 is the one the portal's receipt names."""

import argparse
import base64
import hashlib
import json
import os
from datetime import timedelta

from stage import Failed, Stage, end_with
from world import World


def unpadded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def payload_of(jws):
    part = jws.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = World(stage)
        world.start_printers()
        world.start_portal()
        world.enrol()
        world.discover()
        world.portal.stop()  # so that what is read stays in the spool
        world.advance(world.begin + timedelta(hours=12))
        world.collector("run", "--once", *world.reach(), expect=None)

        printed = world.collector("preview", "--cut").stdout
        said = json.loads(world.collector("preview", "--json").stdout)
        outbox = json.loads(world.collector("outbox", "--json").stdout)
        expect(outbox["batches"], f"nothing was cut: {outbox}")
        waiting = outbox["batches"][-1]
        expect(waiting["receipt"] is None, f"a receipt from a portal that was away: {waiting}")

        # The bytes on standard output are P, a line feed, N, a line feed; the last line names the hash of P.
        payload = printed.split("\n")[0]
        expect(unpadded(hashlib.sha256(payload.encode()).digest()) == waiting["sha256"],
               f"the printed bytes are not those of the outbox: {waiting}")
        expect(waiting["sha256"] in printed, "preview --cut does not print the SHA-256")
        expect(not said["payload"] or said["payload"] != payload, "what was cut is shown as the next batch again")

        world.serve()
        world.collector("run", "--once", *world.reach())
        outbox = json.loads(world.collector("outbox", "--json").stdout)
        sent = next(b for b in outbox["batches"] if b["batch"] == waiting["batch"])
        expect(sent["receipt"], f"no receipt: {sent}")
        receipt = payload_of(sent["receipt"])
        expect(receipt["sha256"] == waiting["sha256"], f"the receipt names another hash: {receipt}")

        # Any of it can be shown again, byte for byte, with its receipt.
        for name in (waiting["sha256"], waiting["batch"], waiting["sequence"]):
            again = world.collector("outbox", name).stdout.split("\n")
            expect(again[:3] == printed.split("\n")[:3], f"outbox {name} shows other bytes than preview --cut did")
            expect(again[3] == f"receipt: {sent['receipt']}", f"outbox {name} shows another receipt")
        shown = json.loads(world.collector("outbox", waiting["sha256"], "--json").stdout)
        expect(shown["payload"] == payload and shown["names"] == printed.split("\n")[1], "outbox --json shows other bytes")
        expect(shown["sent_at"] and 0 < shown["sent_bytes"] < 4 << 20, f"outbox does not say what went out: {shown}")
        expect(f"{shown['sent_bytes']} bytes" in world.collector("outbox").stdout, "outbox does not say how many bytes")
        unknown = world.collector("outbox", "no-such-batch", expect=1)
        expect("'batch' is 'no-such-batch'; expected" in unknown.stderr, f"not told what is wrong: {unknown.stderr}")

        # Whoever looks with other modes than the collector runs with is told so.
        other = world.collector("preview", "--locations", "sent")
        expect("'locations' is sent here, and was off" in other.stderr, f"not told of other modes: {other.stderr}")
        expect(world.collector("preview").stderr == "", "a complaint where all is well")
        for name in os.listdir(world.state):
            mode = os.stat(os.path.join(world.state, name)).st_mode & 0o777
            expect(mode & 0o077 == 0, f"{name} may be read by others: {mode:o}")
        for private in ("UserName", "HostName", "Account"):
            expect(private.lower() not in printed.lower(), f"{private} is in what leaves")
        print("the receipt names the bytes that preview printed:", receipt["sha256"])


if __name__ == "__main__":
    end_with(main)

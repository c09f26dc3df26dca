#!/usr/bin/python3
"""Keys change under the batches: of the collector, of the portal, by the recovery key, and by enrolling again.

A service runs all the while. Each change happens with batches under way, some of them with the network cut in the worst moment;
at the end every batch that was cut before a change was stored as it was cut, and evidence of all keys verifies, by the
portal and by plotmeter-verify. Then the ways that must fail: an old key, a revoked collector, a code that is mistyped,
foreign, used, expired or of another site, a keys document of somebody else.
"""

import argparse
import base64
import json
import os
import shutil
import signal
import sqlite3

from heartbeats import Heartbeats, expect
from middle import Middle
from stage import Stage, end_with


class Keys(Heartbeats):
    def portal_says(self, *words, expect=0):
        return self.stage.run("plotmeter-portal", *words, "--data", self.data, expect=expect)

    def reload_portal(self):
        """It reads its keys again, and answers all the while."""
        def reloaded():
            with open(self.portal.log, encoding="utf-8") as log:
                return log.read().count("keys_reloaded")

        before = reloaded()
        self.portal.popen.send_signal(signal.SIGHUP)
        self.until("the portal has read its keys again", lambda times: times > before, reloaded)

    def key(self):
        return self.status()["key"]

    def cut(self):
        """Batches that the spool cut, whatever became of them: id, sequence and hash."""
        return {b["batch"]: (b["stream"], b["sequence"], b["sha256"]) for b in self.outbox()}

    def until_stored(self, what, batches):
        self.until(what, lambda stored: set(batches) <= set(stored), self.stored)

    def more(self, what):
        """Something new comes in, cut after this moment."""
        had = set(self.cut())
        self.until(what, lambda stored: set(stored) - had, self.stored)

    def collectors(self):
        return self.stage.run_json("plotmeter-portal", "collector", "list", "--data", self.data)

    def new_code(self, *words):
        return self.add("enrolment", "add", "--site", self.site, *words)["code"]

    def signers(self):
        """Whose signatures the stored batches carry, by batch id."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT batch, jws FROM batch").fetchall()
        database.close()
        found = {}
        for batch, jws in rows:
            part = jws.split(".")[0]
            found[batch] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["kid"]
        return found

    def verify_all(self, portal=None, key=None, clean=True):
        report = self.stage.run_json("plotmeter-portal", "verify", "--data", self.data)
        expect(report["clean"] and not report["missing"], f"verify: {report}")
        path = self.stage.path("all.evidence")
        if os.path.exists(path):
            os.remove(path)
        self.portal_says("export", "evidence", "--reseller", self.reseller, "--output", path)
        words = (["--portal=" + portal] if portal else []) + (["--key", key] if key else [])
        said = self.stage.run("plotmeter-verify", path, *words, expect=0 if clean else 1)
        print("\n".join(line for line in said.stdout.splitlines() if line.startswith(("portal", "clean", "FAULT"))), flush=True)
        return said


def collector_key(world):
    """Rotation of the collector's key, the service running."""
    first = world.key()
    before = world.cut()
    said = world.collector("rotate-key").stdout
    second = world.key()
    expect(first != second and first in said and second in said, f"rotate-key: {said}")
    world.until_stored("what was cut before the change of the collector's key is stored", before)
    world.more("and the service goes on with the new key")
    signers = world.signers()
    expect(second in signers.values(), f"nothing is signed by {second}: {signers}")
    expect({b: v for b, v in world.cut().items() if b in before} == before, "what was cut was changed")
    expect(world.status()["stream"] == next(iter(before.values()))[0], "a new key is no reason for a new stream")
    return first


def answer_lost(world):
    """The portal agrees, and its answer never arrives; then the service, or the same command, brings it to its end."""
    for path in ("the service", "the command"):
        if path == "the command":
            expect(world.running.stop() == 0, "it did not end well")
        old = world.key()
        with Middle(world.portal_port, world.data) as middle:
            point(world, middle.port)
            middle.lose("/api/v1/rotations", after=1)  # the first answer only names the nonce
            said = world.collector("rotate-key", expect=1)
            expect(middle.lost, "no answer was lost")
            expect("Nothing is lost" in said.stderr, said.stderr)
        point(world, world.portal_port)
        if path == "the command":
            world.collector("rotate-key")
            expect(world.key() != old, "the key is still the old one")
            world.start_collector("none")
        else:
            world.until(f"{path} settles a key whose answer was lost", lambda s: s["key"] != old)
        world.more(f"sends with it ({path})")


def point(world, port):
    """The collector's portal is there from now on, as its administrator would say it in identity.json."""
    path = os.path.join(world.state, "identity.json")
    with open(path, encoding="utf-8") as file:
        identity = json.load(file)
    identity["portal_url"] = f"https://127.0.0.1:{port}"
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(identity, file)
    os.chmod(path + ".new", 0o600)
    os.replace(path + ".new", path)


def portal_keys(world, stage):
    """Rotation of the portal's keys: once while the collector listens, three times while it is away."""
    first = world.status()["portal_key"]
    before = world.cut()
    running = world.portal.popen.pid
    world.portal_says("keys", "rotate", "--key", "both")
    world.more("a portal that was not told goes on with its old keys")
    expect(world.status()["portal_key"] == first, "the collector follows a key that is not in use yet")
    world.reload_portal()
    world.until_stored("batches of before are stored by a portal with new keys", before)
    world.until("the collector follows", lambda s: s["portal_key"] != first)
    world.more("and new ones too")
    expect(world.portal.popen.poll() is None and world.portal.popen.pid == running, "the portal was to run all the while")
    listed = stage.run_json("plotmeter-portal", "keys", "list", "--data", world.data)
    expect([row["state"] for row in listed] == ["replaced", "in use", "still opens", "in use", "kept elsewhere"], f"{listed}")
    expect(world.running.stop() == 0, "it did not end well")
    world.portal.stop()
    world.collector("run", "--once", *world.reach(), expect=1)  # cut while nobody answers
    waiting = [b["batch"] for b in world.outbox() if b["state"] == "cut"]
    expect(waiting, "nothing waits; the rotation is not tried with batches under way")
    for which in ("signing", "encryption", "both"):
        world.portal_says("keys", "rotate", "--key", which)
    world.serve()
    world.start_collector("none")
    world.until_stored("a collector that slept through three changes follows", waiting)
    world.more("and goes on")
    return first


def recovery(world, stage, key):
    """The signing key is stolen: the thief has all that the portal had, but not the recovery key."""
    thief = stage.path("thief")
    shutil.copytree(world.data, thief)
    world.portal.stop()
    os.remove(next(os.path.join(world.data, "keys", name) for name in os.listdir(os.path.join(world.data, "keys"))
                   if name.startswith("signing") and name.endswith(".pem")))
    world.portal_says("serve", "--listen", f"127.0.0.1:{world.portal_port}", expect=1)  # without its key it is no portal
    old_code = world.code
    wrong = world.portal_says("keys", "replace", "--recovery-key", os.path.join(world.state, "key.pem"), expect=1)
    expect("not the private half of the recovery key" in wrong.stderr, wrong.stderr)
    world.portal_says("keys", "replace", "--recovery-key", key)
    before = world.cut()
    world.serve()
    world.until_stored("the recovery key's word is followed", before)
    world.more("and batches go on")
    # The thief rotates the stolen key as often as he likes: his documents have a higher version and no word of the recovery key.
    for _ in range(3):
        stage.run("plotmeter-portal", "keys", "rotate", "--key", "both", "--data", thief)
    honest, world.data = world.data, thief
    world.portal.stop()
    world.serve()
    stored = world.stored()
    status = world.until("a thief with the stolen key is not believed", lambda s: "not signed by a key" in (s["trouble"] or ""))
    expect(status["waiting_batches"] + status["waiting_readings"] > 0, f"a thief got something: {status}")
    expect(not any(b["state"] == "aside" for b in world.outbox()), "a thief set something aside")
    waiting = [b["batch"] for b in world.outbox() if b["state"] == "cut"]
    world.portal.stop()
    world.data = honest
    world.serve()
    world.until_stored("and what he was shown comes to the true portal", [*stored, *waiting])
    fresh = stage.path("with-an-old-code")
    said = stage.run("plotmeter-collector", "enrol", "--portal", world.url, "--code", old_code, "--ca", world.certificate,
                     "--state", fresh, expect=1)
    expect("not the portal that made this code" in said.stderr, said.stderr)


def codes(world, stage):
    """Each wrong code with its own message, and none of them changes anything."""
    def enrol(code, state=None, expect=1):
        return stage.run("plotmeter-collector", "enrol", "--portal", world.url, "--code", code, "--ca", world.certificate,
                         "--state", state or stage.path("fresh"), expect=expect).stderr

    code = world.new_code()
    flipped = code[:20] + ("A" if code[20] != "A" else "B") + code[21:]
    said = {"mistyped": enrol(flipped)}
    elsewhere = stage.path("elsewhere")
    stage.run("plotmeter-portal", "init", "--data", elsewhere, "--name", "localhost")
    for words in (("reseller", "add", "--name", "South"), ("customer", "add", "--reseller", "South", "--name", "C"),
                  ("site", "add", "--customer", "C", "--name", "S", "--time-zone", "UTC")):
        stage.run("plotmeter-portal", *words, "--data", elsewhere)
    said["foreign"] = enrol(stage.run_json("plotmeter-portal", "enrolment", "add", "--site", "S", "--data", elsewhere)["code"])
    enrol(code, expect=0)
    said["used"] = enrol(code, stage.path("another"))
    late = world.new_code("--days", "1")
    with sqlite3.connect(world.database) as database:
        database.execute("UPDATE enrolment_code SET expires_at = created_at WHERE used_at IS NULL")
    database.close()
    said["expired"] = enrol(late, stage.path("another"))
    unknown = world.new_code()
    with sqlite3.connect(world.database) as database:
        database.execute("DELETE FROM enrolment_code WHERE used_at IS NULL")
    database.close()
    said["unknown"] = enrol(unknown, stage.path("another"))
    other = world.add("site", "add", "--customer", "Bridge & Partners", "--name", "Branch", "--time-zone", "UTC")["id"]
    branch = world.add("enrolment", "add", "--site", other)["code"]
    said["other-site"] = enrol(branch, world.state)
    words = {"mistyped": "'code' is mistyped", "foreign": "not the portal that made this code", "used": "already used by another",
             "expired": "has expired", "unknown": "does not know this code", "other-site": "is for another site"}
    for kind, text in said.items():
        print(f"{kind}: {text.strip()}", flush=True)
        expect(words[kind] in text, f"{kind}: {text}")
    expect(len(set(said.values())) == len(said), "two of them say the same")
    enrol(branch, stage.path("branch"), expect=0)  # a refused code stays good


def enrol_again(world, stage):
    """With a new code: with its old key it stays who it was; without, it is another, and what waits goes with it."""
    def enrol(code=None, **how):
        return world.collector("enrol", "--portal", world.url, "--code", code or world.new_code(), "--ca", world.certificate, **how)

    status = world.status()
    before = world.cut()
    code = world.new_code()
    enrol(code)
    enrol(code)  # twice the same is once
    after = world.status()
    expect((after["collector"], after["stream"]) == (status["collector"], status["stream"]), f"it is another now: {after}")
    expect(after["key"] != status["key"], "enrolled again with the same key")
    world.until_stored("enrolled again, nothing that was cut is lost", before)
    world.more("and it goes on")

    world.portal_says("collector", "revoke", "--collector", status["collector"])
    world.until("revoked, it is refused at the next request",
                lambda s: "revoked" in (s["trouble"] or "") and "Enrol it again" in s["trouble"])
    world.running.stop()
    stored = world.stored()  # what was on its way at that moment may have been stored
    world.collector("run", "--once", *world.reach(), expect=1)
    expect(world.stored() == stored, "something of a revoked collector was stored")
    waiting = world.status()
    expect(waiting["waiting_batches"] + waiting["waiting_readings"] > 0, "nothing waits")
    enrol()
    another = world.status()
    expect(another["collector"] != status["collector"] and another["stream"] != status["stream"], f"it came back: {another}")
    world.start_collector("none")
    world.until("what waited goes with the new collector", lambda s: not s["waiting_batches"] and s["last_receipt_at"])
    world.more("and it goes on")

    world.running.stop()
    os.remove(os.path.join(world.state, "key.pem"))
    world.collector("run", "--once", *world.reach(), expect=1)
    enrol()
    lost = world.status()
    expect(lost["collector"] not in (another["collector"], status["collector"]), f"without its key it stayed {lost}")
    world.start_collector("none")
    world.more("a collector that lost its key goes on as another")

    # A portal that was restored from a time before it knew this collector: it comes back as itself, and so does what it sent.
    mine = world.status()

    def receipted():
        return [b["batch"] for b in world.outbox() if b["stream"] == mine["stream"] and b["state"] == "receipted"]

    world.until("and it knows that they are stored", len, receipted)  # stored is not receipted yet: the answer is still on its way
    world.running.stop()
    sent = receipted()
    expect(set(sent) <= set(world.stored()), f"receipted, and not stored: {set(sent) - set(world.stored())}")
    world.portal.stop()
    with sqlite3.connect(world.database) as database:
        for table in ("meter_reading", "job", "alert", "event", "supply", "printer_whereabouts", "printer_claim", "sighting", "meter",
                      "printer", "evidence", "batch", "stream", "gap", "heartbeat"):
            database.execute(f"DELETE FROM {table}")
        database.execute("DELETE FROM retired_key")
        database.execute("UPDATE enrolment_code SET used_at = NULL, collector = NULL")
        for table in ("collector_watch", "printer_watch", "device_reading", "account_state", "account_stale", "usage_month",
                      "usage_site_month", "meter_gap", "reconciled_month"):
            database.execute(f"DELETE FROM {table}")
        database.execute("DELETE FROM collector")
    database.close()
    world.serve()
    world.start_collector("none")
    world.until("a portal that forgot it refuses it", lambda s: "does not know this collector any more" in (s["trouble"] or ""))
    enrol()
    expect(world.status()["collector"] == mine["collector"], f"it is not itself: {world.status()}")
    world.until_stored("and what the portal forgot comes again", sent)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Keys(stage, printers=2)
        key = world.set_up()
        world.start_collector("none")
        world.until("batches come in", lambda stored: len(stored) >= 2, world.stored)
        collector = world.status()["collector"]
        named = collector_key(world)
        answer_lost(world)
        first = portal_keys(world, stage)
        world.verify_all(portal=first, key=f"{collector}={named}")
        world.verify_all(portal="A" * 43, clean=False)
        world.verify_all(key=f"{collector}={'A' * 43}", clean=False)
        recovery(world, stage, key)
        world.verify_all(key=f"{collector}={named}")
        codes(world, stage)
        enrol_again(world, stage)
        report = stage.run_json("plotmeter-portal", "verify", "--data", world.data)
        expect(report["clean"], f"verify at the end: {report}")
        expect(world.running.stop() == 0, "it did not end well")


if __name__ == "__main__":
    end_with(main)

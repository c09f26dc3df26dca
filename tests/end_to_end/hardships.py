#!/usr/bin/python3
"""What a running collector goes through: company, a full disk, a clock that is set back, a portal that talks nonsense.

One `run` lives through all of it and everything it read is in the portal in the end, each reading and each job once.
"""

import argparse
import json
import os
import resource
import socket
import ssl
import threading
import time
from datetime import timedelta

from stage import Failed, Stage, end_with
from world import World


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


class Hardships(World):
    def status(self):
        return json.loads(self.collector("status", "--json").stdout)

    def until(self, what, holds, ask=None):
        """Asks for the status, or for something else, until it is as expected."""
        ask = ask or self.status
        deadline = time.monotonic() + 30
        while True:
            status = ask()
            if holds(status):
                print(what, flush=True)
                return status
            if self.running.popen.poll() is not None:
                raise Failed(f"{what}: the collector ended with {self.running.popen.returncode}:\n{self.running.errors()}")
            if time.monotonic() > deadline:
                raise Failed(f"{what}: still not so after 30 s: {status}\n{self.running.errors()}")
            time.sleep(0.05)

    def start_collector(self, blocks="unlimited"):
        # A file that would grow beyond its limit then is an error of the disk, not the end.
        words = [os.path.join(self.stage.bin, "plotmeter-collector"), "run", "--state", self.state, *self.reach(),
                 "--interval", "1h", "--job-interval", "1s"]
        self.running = self.stage.start("/bin/sh", "-c", f"trap '' XFSZ; ulimit -S -f {blocks}; exec \"$@\"", "sh", *words)

    def disk(self, largest):
        resource.prlimit(self.running.popen.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))


def nonsense(world, answers):
    """Stands where the portal was, with its certificate, and gives these answers in turn, the last for ever.

    In turn to what asks for anything but heartbeats; those hear the first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(world.certificate, os.path.join(world.data, "tls", "key.pem"))
    listener = socket.create_server(("127.0.0.1", world.portal_port), reuse_port=False)
    asked = []

    def serve():
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as peer:
                    peer.settimeout(5)
                    head = b""
                    while b"\r\n\r\n" not in head:
                        head += peer.recv(4096)
                    head, _, body = head.partition(b"\r\n\r\n")
                    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                                  if line.lower().startswith(b"content-length"))
                    while len(body) < length:
                        body += peer.recv(65536)
                    line = head.split(b"\r\n")[0].decode()
                    if line.startswith("POST /api/v1/heartbeats "):
                        peer.sendall(answers[0])
                        continue
                    peer.sendall(answers[min(len(asked), len(answers) - 1)])
                    asked.append(line)
            except (OSError, StopIteration):
                pass

    threading.Thread(target=serve, daemon=True).start()
    return listener, asked


def answer(status, body=b"", kind="text/html", more=""):
    return (f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}"
            "Connection: close\r\n\r\n").encode() + body


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Hardships(stage, days=2)
        world.start_printers()
        world.start_portal()
        world.enrol()
        world.discover()
        at = world.begin + timedelta(hours=12)
        world.advance(at)
        world.start_collector()
        world.until("what was read at the start is sent", lambda s: s["last_receipt_at"] and not s["waiting_batches"])

        second = world.collector("run", "--once", *world.reach(), expect=1)
        expect("another" in second.stderr, f"two collectors in one directory: {second.stderr!r}")
        for look in (("status",), ("outbox",), ("preview",)):
            world.collector(*look)

        world.portal.stop()
        forged = b"eyJhbGciOiJFUzI1NiJ9.e30." + b"A" * 86
        listener, asked = nonsense(world, [
            answer(200, b"<html>please sign in</html>"), answer(200, forged, "application/jose"), answer(200, b"{", "application/json"),
            answer(302, more=f"Location: {world.url}/elsewhere\r\n"), answer(401), answer(413), answer(422), answer(409),
            b"\x00\x01\x02 this is no HTTP\r\n\r\n"])
        for _ in range(9):
            at += timedelta(hours=1)
            known = len(asked)  # before it is then: the collector may ask at once
            world.advance(at)
            world.until(f"  after {known} answers: waits", lambda s, n=known: len(asked) > n and s["trouble"] and s["next_try_at"])
        expect(all(line.startswith("POST /api/v1/batches ") for line in asked), f"asked for something else: {asked}")
        status = world.status()
        expect(status["waiting_batches"] == 1 and not status["set_aside"], f"nonsense was believed: {status}")
        listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        listener.close()

        # The clock was ahead all the time, and whatever waits must not wait until then.
        back = at - timedelta(hours=9)
        stage.set_time(back)
        world.serve()
        world.until("the clock was set back, and all is sent",
                    lambda s: not s["waiting_batches"] and not s["waiting_readings"] and not s["trouble"])

        world.disk(4096)
        at += timedelta(hours=2)
        world.advance(at)
        world.until("the disk is full, and it says so", lambda s: "disk" in (s["trouble"] or ""))
        world.disk(resource.RLIM_INFINITY)
        at += timedelta(hours=2)
        world.advance(at)
        world.until("there is room again, and all is sent", lambda s: not s["trouble"] and s["last_receipt_at"] >= at.strftime(
            "%Y-%m-%dT%H:%M") and not s["waiting_readings"] and not s["waiting_batches"])

        expect(world.running.stop() == 0, f"it did not end well:\n{world.running.errors()}")
        world.start_collector(blocks=8)  # of 512 bytes: not even the index of the log fits
        world.until("the disk is full at the start, and it waits", lambda log: "disk_trouble" in log, world.running.errors)
        expect("running state=" not in world.running.errors(), "it started, so the disk was not full")
        world.disk(resource.RLIM_INFINITY)
        at += timedelta(hours=2)
        world.advance(at)
        world.until("there is room again, and it starts by itself", lambda s: not s["trouble"] and s["last_receipt_at"] >= at.strftime(
            "%Y-%m-%dT%H:%M") and not s["waiting_readings"] and not s["waiting_batches"])
        expect(world.running.stop() == 0, f"it did not end well:\n{world.running.errors()}")
        batches = json.loads(world.collector("outbox", "--json").stdout)["batches"]
        expect([b["sequence"] for b in batches] == list(range(1, len(batches) + 1)) and all(b["receipt"] for b in batches),
               f"the outbox is not whole: {batches}")
        print(f"{len(batches)} batches, each with its receipt")


if __name__ == "__main__":
    end_with(main)

#!/usr/bin/python3
"""Both programs as services that systemd watches: they say when they are ready, how it goes, that they live, and that they end.

Whoever listens here is a datagram socket, once with a path and once with an abstract name, as NOTIFY_SOCKET has it.
"""

import argparse
import os
import signal
import socket
import time

from stage import Failed, Stage, end_with, free_port
from world import World

PATIENCE = 60  # seconds
WATCHDOG = 400_000  # microseconds: a sign of life every tenth of a second


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


class Ear:
    """The socket of a service manager."""

    def __init__(self, name):
        self.name = name
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + name[1:] if name.startswith("@") else name)
        self.socket.settimeout(PATIENCE)
        self.heard = []

    def hear(self):
        try:
            self.heard.append(self.socket.recv(4096).decode("utf-8"))
        except TimeoutError as late:
            raise Failed(f"nothing was heard at {self.name} for {PATIENCE} s") from late
        return self.heard[-1]

    def until(self, line):
        """Listens up to a message that has this line."""
        deadline = time.monotonic() + PATIENCE
        while line not in self.hear().split("\n"):
            if time.monotonic() > deadline:
                raise Failed(f"{line!r} was not heard at {self.name} within {PATIENCE} s: {self.heard}")


def watched(stage, ear, program, *arguments):
    """The program, started as systemd starts a service of Type=notify with WatchdogSec=."""
    os.environ.update(NOTIFY_SOCKET=ear.name, WATCHDOG_USEC=str(WATCHDOG))
    try:
        return stage.start(program, *arguments)
    finally:
        del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]


def check_life(ear, running, status):
    first = ear.hear()
    expect(first.startswith("READY=1\nSTATUS="), f"{running.name}: its first word is {first!r}")
    for _ in range(3):
        ear.until("WATCHDOG=1")
    expect(running.popen.poll() is None, f"{running.name} ended: {running.errors()}")
    if not any(f"STATUS={status}" in word.split("\n") for word in ear.heard):
        ear.until(f"STATUS={status}")
    # Stopped, it is silent: nothing but its own loop speaks for it.
    running.popen.send_signal(signal.SIGSTOP)
    os.waitpid(running.popen.pid, os.WUNTRACED)
    ear.socket.setblocking(False)
    try:
        while ear.socket.recv(4096):
            pass
    except BlockingIOError:
        pass
    ear.socket.settimeout(5 * WATCHDOG / 1e6)
    try:
        raise Failed(f"{running.name} hangs, and yet was heard: {ear.socket.recv(4096)!r}")
    except TimeoutError:
        pass
    ear.socket.settimeout(PATIENCE)
    running.popen.send_signal(signal.SIGCONT)
    ear.until("WATCHDOG=1")
    running.popen.send_signal(signal.SIGTERM)
    ear.until("STOPPING=1")
    expect(running.popen.wait(PATIENCE) == 0, f"{running.name} did not end well: {running.errors()}")
    print(f"{running.name}: ready, alive, silent while it hangs, stopping", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = World(stage, printers=1)
        stage.set_time(None)
        world.start_printers()
        stage.run("plotmeter-portal", "init", "--data", world.data, "--name", "localhost")
        port = free_port()
        ear = Ear(stage.path("notify"))
        portal = watched(stage, ear, "plotmeter-portal", "serve", "--data", world.data, "--listen", f"127.0.0.1:{port}")
        check_life(ear, portal, f"listens on port {port}")

        world.discover()
        ear = Ear(f"@plotmeter-supervised-{os.getpid()}")
        collector = watched(stage, ear, "plotmeter-collector", "run", "--state", world.state, *world.reach(), "--interval", "2s", "--job-interval", "1s")
        check_life(ear, collector, "1 printer: 1 answers, 0 sleep; sending waits")

        os.environ["NOTIFY_SOCKET"] = "nowhere"
        for program, arguments in (("plotmeter-portal", ("serve", "--data", world.data)), ("plotmeter-collector", ("run", "--state", world.state))):
            refused = stage.run(program, *arguments, expect=1)
            expect("NOTIFY_SOCKET is 'nowhere'; expected a path or @name" in refused.stderr, refused.stderr)
        del os.environ["NOTIFY_SOCKET"]


if __name__ == "__main__":
    end_with(main)

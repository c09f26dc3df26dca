"""Puts the real programs on a stage: free ports, a clock that stands where it is told to, and an orderly end.

    with Stage(bin_dir) as stage:
        stage.set_time(when)                      # what the programs started with stage.run/start take for now
        portal = stage.start("plotmeter-portal", "serve", "--data", d, "--listen", "127.0.0.1:0")
        port = portal.ready()["port"]             # the JSON line it prints when it is ready
        stage.run("plotmeter-collector", "discover", ...)

The programs are not changed for it: libfaketime (Debian package faketime) answers when they ask for the wall clock.
Their monotonic clock, and so every time-out, stays real.
"""

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from datetime import datetime, timezone


def text(when):
    """An instant as the programs write it: 2026-10-23T03:00:00Z."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def free_port(kind=socket.SOCK_STREAM, address="127.0.0.1"):
    """A port nobody uses at this moment, on this address."""
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind((address, 0))
        return s.getsockname()[1]


class Failed(Exception):
    """A program ended otherwise than expected; the message holds what it printed."""


def end_with(main):
    """Runs it; where it failed, the program ends with 1 and says how."""
    try:
        main()
    except Failed as failed:
        print(failed, file=sys.stderr)
        sys.exit(1)


class Program:
    """One running program: its lines, one at a time, and its end."""

    def __init__(self, name, popen, log):
        self.name = name
        self.popen = popen
        self.log = log

    def line(self):
        text_line = self.popen.stdout.readline()
        if not text_line:
            raise Failed(f"{self.name} ended early with {self.popen.wait()}:\n{self.errors()}")
        return text_line.rstrip("\n")

    def ready(self):
        return json.loads(self.line())

    def ask(self, command):
        """Says one line and returns the JSON line that answers it."""
        self.popen.stdin.write(command + "\n")
        self.popen.stdin.flush()
        answer = json.loads(self.line())
        if isinstance(answer, dict) and "error" in answer:
            raise Failed(f"{self.name}: {command}: {answer['error']}")
        return answer

    def errors(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()[-4000:]

    def stop(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(20)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        return self.popen.returncode


class Stage:
    def __init__(self, bin_dir, directory=None):
        self.bin = os.path.abspath(bin_dir)
        self.own = directory is None
        self.dir = directory or tempfile.mkdtemp(prefix="plotmeter-")
        os.makedirs(self.dir, exist_ok=True)
        self.programs = []
        self.clock_file = os.path.join(self.dir, "clock")
        self.faked = False
        self.time = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for program in reversed(self.programs):
            program.stop()
        if self.own:
            shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def set_time(self, when):
        """The wall clock of every program stands here until it is set again; None gives it back."""
        self.faked = when is not None
        self.time = when
        if when is None:
            return
        staged = self.clock_file + ".new"
        with open(staged, "w", encoding="ascii") as f:
            f.write(when.strftime("%Y-%m-%d %H:%M:%S\n"))
        os.replace(staged, self.clock_file)

    def environment(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("PLOTMETER_")}
        if not self.faked:
            return env
        library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if not library:
            raise Failed("libfaketime is missing; ./x setup installs it (Debian package faketime)")
        env.update(
            TZ="UTC",
            LD_PRELOAD=library[0],
            FAKETIME_TIMESTAMP_FILE=self.clock_file,
            FAKETIME_NO_CACHE="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            FAKETIME_DONT_RESET="1",
        )
        return env

    def run(self, program, *arguments, expect=0):
        """Runs to the end and returns what it printed; another exit code than expected raises Failed."""
        done = subprocess.run(
            [os.path.join(self.bin, program), *map(str, arguments)],
            env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        if expect is not None and done.returncode != expect:
            raise Failed(f"{program} {' '.join(map(str, arguments))}\nended with {done.returncode}, expected {expect}\n"
                         f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def run_json(self, program, *arguments):
        return json.loads(self.run(program, *arguments, "--json").stdout)

    def start(self, program, *arguments):
        """Starts and returns a Program; it is stopped with the stage."""
        log = os.path.join(self.dir, f"{os.path.basename(program)}-{len(self.programs)}.log")
        with open(log, "w", encoding="utf-8") as errors:
            popen = subprocess.Popen(
                [os.path.join(self.bin, program), *map(str, arguments)], env=self.environment(), text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        started = Program(program, popen, log)
        self.programs.append(started)
        return started


def now():
    return datetime.now(timezone.utc).replace(microsecond=0)

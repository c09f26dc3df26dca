"""A world of Wine with the collector in it, for one test.

    with World(given) as world:
        done = world.run("--version")                        # the collector; .code, .out, .err
        world.wine("reg", "query", …)                        # any program of Windows
        world.program_data                                   # where C:\\ProgramData is, for us
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import time


def arguments(words):
    parser = argparse.ArgumentParser(description=words)
    parser.add_argument("--exe", required=True, help="plotmeter-collector.exe")
    parser.add_argument("--wine", required=True, help="installer/windows/wine")
    parser.add_argument("--native", required=True, help="folder with plotmeter-portal and plotmeter-sim for this machine")
    return parser.parse_args()


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


class Done:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __str__(self):
        return f"code {self.code}\n{self.out[-3000:]}\n{self.err[-3000:]}"


class World:
    def __init__(self, given):
        self.given = given
        self.dir = tempfile.mkdtemp(prefix="plotmeter-wine-")
        self.prefix = os.path.join(self.dir, "prefix")
        self.environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY") and not k.startswith("PLOTMETER_")}
        self.environment.update(WINEPREFIX=self.prefix, WINEDEBUG="-all")
        subprocess.run([given.wine, "--world", self.prefix], check=True, timeout=240)
        # Where an installer would put it.
        self.exe = os.path.join(self.prefix, "drive_c", "Program Files", "Plotmeter", "plotmeter-collector.exe")
        os.makedirs(os.path.dirname(self.exe))
        shutil.copy(given.exe, self.exe)
        self.program_data = os.path.join(self.prefix, "drive_c", "ProgramData")
        # Wine ends its services with the last program: this one stays.
        self.holder = subprocess.Popen(["wine", "cmd", "/c", "ping -n 600 127.0.0.1 >nul"], env=self.environment,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wine("cmd", "/c", "ver")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.holder.kill()
        self.holder.wait()
        for last in ("-k", "-w"):
            subprocess.run(["wineserver", last], env=self.environment, check=False, timeout=60)
        shutil.rmtree(self.dir, ignore_errors=True)

    def wine(self, *words, timeout=240):
        """To files and not to pipes: what Wine leaves running keeps a pipe open, and nobody would see its end."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            done = subprocess.run(["wine", *map(str, words)], env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                  timeout=timeout, check=False)
            said = []
            for file in (out, err):
                file.seek(0)
                said.append(file.read().decode("utf-8", "replace").replace("\r", ""))
        return Done(done.returncode, *said)

    def run(self, *words, code=0):
        """The collector, to its end; another code than expected fails the test."""
        done = self.wine(self.exe, *words)
        expect(code is None or done.code == code, f"{' '.join(map(str, words))}: expected code {code}, got {done}")
        return done

    @staticmethod
    def until(holds, what, seconds=60):
        end = time.monotonic() + seconds
        while not holds():
            expect(time.monotonic() < end, f"within {seconds} s did not happen: {what}")
            time.sleep(0.1)

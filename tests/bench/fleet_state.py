"""State directories of a collector that knows the simulated printers, and what one round of it costs."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from datetime import datetime

from measuring import broken, cpu_of, run

CLOSED = 9444  # nobody listens: a round over SNMP alone


PROFILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../collector/channel/profiles")


def snmp_alone(folder):
    """Options that make a collector read over SNMP and nothing else: the profiles of its models say that no web is there."""
    for name in os.listdir(PROFILES):
        with open(os.path.join(PROFILES, name), encoding="utf-8") as file:
            profile = json.load(file)
        for channel in ("piws", "ledm"):
            profile.setdefault("channels", {})[channel] = {"spoken": "no", "source": "a benchmark of SNMP"}
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(profile, file)
    return ["--profiles", folder]


class State:
    """A collector that found its printers with `discover` and was never enrolled: what it reads stays in its spool."""

    def __init__(self, bin_dir, printers, ranges, https_port):
        self._folder = tempfile.TemporaryDirectory(prefix="plotmeter_bench_")
        self.directory = os.path.join(self._folder.name, "state")
        self._program = os.path.join(bin_dir, "plotmeter-collector")
        found = run([self._program, "discover", "--state", self.directory, "--port", str(printers.port),
                     "--https-port", str(https_port), "--packets-per-second", "2000", "--retries", "2", "--timeout", "2s",
                     "--piws-pause", "0s", "--json", *[word for each in ranges for word in ("--range", each)]])
        known = found.output.count('"verdict":"large-format"')
        if known != len(printers.list):
            broken(f"discover found {known} of {len(printers.list)} printers: {found.output[-300:]}")
        self._count = len(printers.list)
        self._as_found = self.directory + ".found"
        shutil.copytree(self.directory, self._as_found)

        self._as_known = self.directory + ".known"

    def know(self, *options):
        """From now on the printers were read before, by a collector that has ended since."""
        self.round(*options)
        shutil.copytree(self.directory, self._as_known)

    def begin(self, known=False):
        """The state directory as `discover`, or the collector before, left it."""
        shutil.rmtree(self.directory)
        shutil.copytree(self._as_known if known else self._as_found, self.directory)

    def round(self, *options, known=False):
        """One round of `run --once`, from the same beginning each time: its cost, and when each reading was kept."""
        self.begin(known)
        started = datetime.now().timestamp()
        cost = run([self._program, "run", "--once", "--state", self.directory, *options])
        kept = {address: at - started for address, at in self.kept().items() if at >= started}
        return cost, kept

    def later_rounds(self, *options, interval=6, warm=2, measured=3):
        """CPU seconds of a round of `run` that goes on, once it knows its printers: those after the first `warm`."""
        self.begin()
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen([self._program, "run", "--state", self.directory, "--interval", f"{interval}s",
                                        "--job-interval", f"{interval}s", *options], stdout=output, stderr=subprocess.STDOUT)
            try:
                since, marks = time.time(), []
                while len(marks) < warm + measured:
                    since = self._wait_for_round(since, process)
                    time.sleep(1)  # so that all that belongs to the round is over
                    marks.append(cpu_of(process.pid))
            finally:
                process.terminate()
                process.wait()
        return (marks[-1] - marks[warm - 1]) / measured

    def _wait_for_round(self, since, process):
        """Until every printer was read after `since`; answers the time of the last."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.1)
            kept = self.kept()
            if len(kept) == self._count and min(kept.values()) > since:
                return max(kept.values())
        broken(f"no round of run kept a reading of each of the {self._count} printers")

    def make_due(self):
        """Begins anew as known, with no reading that a `run` could still wait three hours for."""
        self.begin(known=True)
        os.remove(os.path.join(self.directory, "status.json"))

    def kept(self):
        """When the last reading of each printer was kept, in seconds since 1970."""
        try:
            with open(os.path.join(self.directory, "status.json"), encoding="utf-8") as status:
                printers = json.load(status)["printers"]
        except FileNotFoundError:  # before the first round
            return {}
        return {printer["address"].split(":")[0]: instant(printer["last_kept"])
                for printer in printers if printer["last_kept"]}


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()

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


class State:
    """A collector that found its printers with `discover` and was never enrolled: what it reads stays in its spool."""

    def __init__(self, bin_dir, printers, ranges, https_port):
        self._folder = tempfile.TemporaryDirectory(prefix="plotmeter_bench_")
        self.directory = os.path.join(self._folder.name, "state")
        self._program = os.path.join(bin_dir, "plotmeter-collector")
        found = run([self._program, "discover", "--state", self.directory, "--port", str(printers.port),
                     "--https-port", str(https_port), "--packets-per-second", "0", "--retries", "0", "--timeout", "1s",
                     "--piws-pause", "0s", "--json", *[word for each in ranges for word in ("--range", each)]])
        known = found.output.count('"verdict":"large-format"')
        if known != len(printers.list):
            broken(f"discover found {known} of {len(printers.list)} printers: {found.output[-300:]}")
        self._count = len(printers.list)
        self._as_found = self.directory + ".found"
        shutil.copytree(self.directory, self._as_found)

    def round(self, *options):
        """One round of `run --once`, from the same beginning each time: its cost, and when each reading was kept."""
        shutil.rmtree(self.directory)
        shutil.copytree(self._as_found, self.directory)
        started = datetime.now().timestamp()
        cost = run([self._program, "run", "--once", "--state", self.directory, *options])
        kept = {address: at - started for address, at in self._kept().items()}
        return cost, kept

    def later_rounds(self, interval=6, warm=2, measured=3):
        """CPU seconds of a round of `run` that goes on, once it knows its printers: those after the first `warm`."""
        shutil.rmtree(self.directory)
        shutil.copytree(self._as_found, self.directory)
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen([self._program, "run", "--state", self.directory, "--interval", f"{interval}s",
                                        "--job-interval", f"{interval}s"], stdout=output, stderr=subprocess.STDOUT)
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
            kept = self._kept()
            if len(kept) == self._count and min(kept.values()) > since:
                return max(kept.values())
        broken(f"no round of run kept a reading of each of the {self._count} printers")

    def _kept(self):
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

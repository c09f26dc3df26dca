"""State directories of a collector that knows the simulated printers, and what one round of it costs."""

import json
import os
import shutil
import tempfile
from datetime import datetime

from measuring import broken, run

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
        self._as_found = self.directory + ".found"
        shutil.copytree(self.directory, self._as_found)

    def round(self, *options):
        """One round of `run --once`, from the same beginning each time: its cost, and when each reading was kept."""
        shutil.rmtree(self.directory)
        shutil.copytree(self._as_found, self.directory)
        started = datetime.now().timestamp()
        cost = run([self._program, "run", "--once", "--state", self.directory, *options])
        with open(os.path.join(self.directory, "status.json"), encoding="utf-8") as status:
            printers = json.load(status)["printers"]
        kept = {printer["address"].split(":")[0]: instant(printer["last_kept"]) - started
                for printer in printers if printer["last_kept"]}
        return cost, kept


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()

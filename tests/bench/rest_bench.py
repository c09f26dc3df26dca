#!/usr/bin/python3
"""What a collector costs the machine it lives on while nothing is due: memory and CPU, 50 printers known.

    ./x bench rest              a minute of rest
    ./x bench rest --long       ten minutes, as the goal says; one look at jobs and alerts falls into them

It runs as a customer has it, with every setting as it comes, on a fleet it knows from before. "Resident" is what the
kernel counts (VmRSS), code of shared libraries included; "its own" is what no other program shares (RssAnon).
"""

import argparse
import os
import subprocess
import tempfile
import time

from fleet_state import State
from measuring import Printers, broken, cpu_of, memory_of, result, say

COUNT = 50
SETTLED = 15  # seconds after the last reading until it is at rest


def wait_for_readings(state, process, since):
    """Seconds until the first and the last of the printers was read."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        kept = [at - since for at in state.kept().values() if at >= since]
        if len(kept) == COUNT:
            return min(kept), max(kept)
        time.sleep(0.1)
    broken(f"{len(kept)} of {COUNT} printers were read")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--long", action="store_true", help="rest for ten minutes")
    options = parser.parse_args()
    rest = 600 if options.long else 60
    with Printers(options.bin, COUNT, "127.67.0.0/24", port=9175, https_port=9457) as printers:
        state = State(options.bin, printers, [f"127.67.0.1-{COUNT}"], printers.https_port)
        state.know()
        state.make_due()
        with tempfile.TemporaryFile("w+") as output:
            since = time.time()
            process = subprocess.Popen([os.path.join(options.bin, "plotmeter-collector"), "run", "--state", state.directory],
                                       stdout=output, stderr=subprocess.STDOUT)
            try:
                first, last = wait_for_readings(state, process, since)
                time.sleep(SETTLED)
                before, started = cpu_of(process.pid), time.monotonic()
                time.sleep(rest)
                busy = (cpu_of(process.pid) - before) / (time.monotonic() - started)
                used = memory_of(process.pid)
            finally:
                process.terminate()
                process.wait()
        say(f"  {COUNT} printers, SNMP and web: first reading kept {first:.2f} s after the start, the last after {last:.2f} s")
        say(f"  at rest {used['VmRSS']:.1f} MB resident: {used['RssAnon']:.1f} MB its own, {used['RssFile']:.1f} MB of programs "
            f"and libraries; {used['VmHWM']:.1f} MB at the most")
        result("rest-first-reading", first, "s", most=5)
        result("rest-memory", used["VmRSS"], "MB resident", most=20)
        result("rest-cpu", 100 * busy, f"% of a core over {rest} s", most=0.1)


main()

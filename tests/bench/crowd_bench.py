#!/usr/bin/python3
"""A thousand collectors post a batch of 1 000 rows each at the same moment, over TLS, to a portal with all settings as they come.

    ./x bench crowd [--collectors N]

Each comes from an address of its own and waits as collectors do when the portal says 503 or hangs up. It ends when all have a receipt;
then the portal's database must hold every batch and every row, once.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

from measuring import broken, cpu_of, memory_of, result, say

ROWS = 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--collectors", type=int, default=1000)
    options = parser.parse_args()
    count = options.collectors
    with tempfile.TemporaryDirectory(prefix="plotmeter_bench_") as folder:
        data = os.path.join(folder, "portal")
        program = os.path.join(options.bin, "plotmeter-portal")
        subprocess.run([program, "init", "--data", data, "--name", "localhost"], check=True, stdout=subprocess.DEVNULL)
        crowd = subprocess.Popen([os.path.join(options.bin, "crowd"), data, str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if crowd.stdout.readline() != "ready\n":
            broken("the crowd did not gather")
        with open(os.path.join(folder, "log"), "w", encoding="utf-8") as log:
            portal = subprocess.Popen([program, "serve", "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                port = json.loads(portal.stdout.readline())["port"]
                before = memory_of(portal.pid)["VmRSS"]
                said = crowd.communicate(f"{port}\n", timeout=900)[0]
                spent, used = cpu_of(portal.pid), memory_of(portal.pid)
            finally:
                portal.terminate()
                portal.wait()
        if crowd.returncode != 0 or not said:
            broken(f"the crowd ended with {crowd.returncode}")
        seen = json.loads(said)
        store = sqlite3.connect(os.path.join(data, "portal.db"))
        batches, collectors = store.execute("SELECT count(*), count(DISTINCT collector) FROM batch").fetchone()
        rows, = store.execute("SELECT count(*) FROM meter_reading").fetchone()
        store.close()
    others = ", ".join(f"{times} x {what}" for what, times in sorted(seen["others"].items())) or "none"
    say(f"  {count} collectors, {seen['bytes']} bytes sealed each: all stored after {seen['seconds']:.1f} s, half of them after "
        f"{seen['stored_p50']:.1f} s, 99 % after {seen['stored_p99']:.1f} s")
    say(f"  a request that was answered with a receipt: {seen['answer_p50']:.2f} s in the median, p99 {seen['answer_p99']:.2f} s; other answers: {others}")
    say(f"  the portal: {spent:.1f} CPU seconds, {before:.1f} MB resident before, {used['VmHWM']:.1f} MB at the most")
    result("crowd-batches-stored-once", batches / count if batches == collectors else 0.0, "of the batches", least=1)
    result("crowd-rows-stored", rows / (count * ROWS), "of the rows", least=1)
    if batches > count or rows > count * ROWS:
        sys.exit("bench: more is stored than was sent")


if __name__ == "__main__":
    main()

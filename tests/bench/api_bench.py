#!/usr/bin/python3
"""A page of each list for a reseller with 100 printers and for one with 10 000, over one TLS connection that is kept.

    ./x bench api [--rounds N]

Both resellers are in one database, and are asked in turn. Each printer has supplies, a meter with readings, jobs and alerts. The portal's
settings are as they come, but for the rates that a caller and an address may ask at.
The page of 100 printers may take at most twice as long in the large fleet.
"""

import argparse
import http.client
import json
import os
import sqlite3
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

from measuring import result, say

SMALL, LARGE = 100, 10_000
JOBS, ALERTS, SUPPLIES = 10, 3, 6  # of each printer
DAY = 1_795_000_000_000  # some day, in milliseconds since 1970


def fill(database, reseller, site, customer, collector, printers, first):
    """Rows as batches leave them."""
    owner = database.execute("SELECT reseller_id FROM reseller WHERE id=?", (reseller,)).fetchone()[0]
    batch = database.execute(
        "INSERT INTO batch(reseller_id, collector, batch, stream, sequence, previous, sha256, received_at, doubtful, receipt, jws)"
        " VALUES(?,?,?,'s',1,'','',?,0,'','')", (owner, collector, f"b{first}", DAY)).lastrowid
    for number in range(first, first + printers):
        # Ids are random; a multiplier spreads these alike.
        name = f"prn_{number * 2654435761 % 2**40:08X}"
        printer = database.execute(
            "INSERT INTO printer(reseller_id, id, manufacturer, serial, apart, product, model, firmware, site, customer, state,"
            " first_seen, last_seen) VALUES(?,?,'HP',?,'','W3Z71A','HP DesignJet Z9','1',?,?,'idle',?,?)",
            (owner, name, f"CN{number}", site, customer, DAY, DAY)).lastrowid
        sighting = database.execute(
            "INSERT INTO sighting(reseller_id, printer, id, customer, site, product, model, firmware, state, first_seen, last_seen)"
            " VALUES(?,?,?,?,?,'W3Z71A','HP DesignJet Z9','1','idle',?,?)", (owner, printer, name, customer, site, DAY, DAY)).lastrowid
        meter = database.execute(
            "INSERT INTO meter(reseller_id, printer, channel, meter, colorant, media, unit) VALUES(?,?,'piws','prints','','','1')",
            (owner, printer)).lastrowid
        database.executemany("INSERT INTO meter_reading(reseller_id, meter, at, value, batch) VALUES(?,?,?,?,?)",
                             ((owner, meter, DAY + i, str(i), batch) for i in range(10)))
        database.executemany("INSERT INTO supply(reseller_id, printer, channel, supply, sighting, at, level, level_unit)"
                             " VALUES(?,?,'piws',?,?,?,'5','cc')",
                             ((owner, printer, f"slot-{i}", sighting, DAY) for i in range(SUPPLIES)))
        database.executemany("INSERT INTO job(reseller_id, printer, channel, job, sighting, revision, seen_at, type, status, ink, batch)"
                             " VALUES(?,?,'piws',?,?,1,?,'print','printed','[]',?)",
                             ((owner, printer, f"{number}-{i}", sighting, DAY + number * 1000 + i, batch) for i in range(JOBS)))
        database.executemany("INSERT INTO alert(reseller_id, printer, channel, key, since, sighting, severity, code)"
                             " VALUES(?,?,'snmp',?,?,?,'warning','1')",
                             ((owner, printer, str(i), DAY + number * 1000 + i, sighting) for i in range(ALERTS)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    program = os.path.join(options.bin, "plotmeter-portal")
    with tempfile.TemporaryDirectory(prefix="plotmeter_bench_") as folder:
        data = os.path.join(folder, "portal")

        def portal(*words):
            return json.loads(subprocess.run([program, *words, "--data", data, "--json"], check=True, capture_output=True, text=True).stdout)

        portal("init", "--name", "localhost")
        tokens = {}
        database = sqlite3.connect(os.path.join(data, "portal.db"))
        for printers, first in ((SMALL, 1), (LARGE, 1 + SMALL)):
            reseller = portal("reseller", "add", "--name", f"with {printers}")["id"]
            customer = portal("customer", "add", "--reseller", reseller, "--name", "one")["id"]
            site = portal("site", "add", "--customer", customer, "--name", "one", "--time-zone", "UTC")["id"]
            collector = f"col_{printers:08}"
            with database:
                database.execute(
                    "INSERT INTO collector(id, reseller_id, site, name, version, system, jwk, thumbprint, enrolled_at)"
                    " SELECT ?, reseller_id, ?, 'PC', '1', '', '{}', ?, ? FROM reseller WHERE id=?", (collector, site, collector, DAY, reseller))
                fill(database, reseller, site, customer, collector, printers, first)
            tokens[printers] = portal("token", "add", "--reseller", reseller, "--name", "bench", "--role", "reseller_viewer")["token"]
        database.close()

        with open(os.path.join(folder, "log"), "w", encoding="utf-8") as log:
            server = subprocess.Popen([program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--caller-rate", "1000000",
                                       "--address-rate", "1000000"], stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                port = json.loads(server.stdout.readline())["port"]
                trust = ssl.create_default_context(cafile=os.path.join(data, "tls", "certificate.pem"))
                connection = http.client.HTTPSConnection("localhost", port, context=trust)

                def seconds(target, token):
                    start = time.perf_counter()
                    connection.request("GET", target, headers={"Authorization": f"Bearer {token}"})
                    answer = connection.getresponse()
                    body = answer.read()
                    took = time.perf_counter() - start
                    if answer.status != 200:
                        sys.exit(f"{target}: {answer.status} {body[:200]}")
                    return took, json.loads(body)

                def deep(list_name, target, token):
                    """The last of 30 pages, or of all."""
                    here = target
                    for _ in range(30):
                        page = seconds(here, token)[1]
                        if "next" not in page or not page[list_name]:
                            break
                        here = f"{target}&cursor={page['next']}"
                    return here

                first_page = None
                for name in ("printers", "supplies", "jobs", "alerts"):
                    target = f"/api/v1/{name}?limit=100"
                    pages = {fleet: (target, deep(name, target, tokens[fleet])) for fleet in tokens}
                    for which in (0, 1):
                        times = {fleet: [] for fleet in tokens}
                        for _ in range(options.rounds):
                            for fleet in tokens:
                                times[fleet].append(seconds(pages[fleet][which], tokens[fleet])[0])
                        median = {fleet: statistics.median(times[fleet]) for fleet in tokens}
                        late = {fleet: statistics.quantiles(times[fleet], n=100)[98] for fleet in tokens}
                        ratio = median[LARGE] / median[SMALL]
                        say(f"{name}, {'a page within' if which else 'first page'}: {1000 * median[SMALL]:.2f} ms of {SMALL} printers, "
                            f"{1000 * median[LARGE]:.2f} ms of {LARGE}: {ratio:.2f} times; "
                            f"p99 {1000 * late[SMALL]:.1f} and {1000 * late[LARGE]:.1f} ms")
                        if name == "printers" and which == 0:
                            first_page = ratio
                say(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
                result("api", first_page, "times", most=2.0)
            finally:
                server.terminate()
                server.wait()


if __name__ == "__main__":
    main()

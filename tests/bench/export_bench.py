#!/usr/bin/python3
"""`plotmeter-portal export jobs` of 1 000 000 jobs beside the sqlite3 shell's -csv of the same query, into files.

    ./x bench export [--jobs N] [--rounds N] [--one-printer]

The shell is given the very question that the portal asks for the jobs of a printer, with what is the same for every job of it as literals,
and the batch's id joined: the same rows in the same order, all columns of the export. It writes instants as the numbers that they are in
the database and ink as the JSON that it is there; the portal makes ISO 8601 of those and a readable list of that, for the same price. Both in
turn; the best of the rounds of each, for CPU and for time. The rows of both files are counted, and one is compared.
"""

import argparse
import csv
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import tempfile

from measuring import broken, result, run, say

DAY = 1_795_000_000_000  # some day, in milliseconds since 1970
MEDIA = ("HP-PLAIN-90", "HP Everyday Adhesive Gloss Polypropylene, 2 Pack", "Coated 130g")
QUESTION = """SELECT '{customer}' AS customer, '{site}' AS site, '{serial}' AS serial, channel, job, revision, type, status, submitted,
 finished, copies, pages, printed_pages, media, area, area_unit, length, length_unit, quality, ink, ended_at, started, printed_copies,
 'HP' AS manufacturer, 'HP DesignJet Z9' AS model, '{printer}' AS printer, (SELECT batch FROM batch WHERE number=job.batch) AS batch
, IIF(finished IS NOT NULL AND clock_offset_ms IS NOT NULL, 'printer', 'sighting') AS ended_by
 FROM job INDEXED BY job_of_printer WHERE printer={number} AND reseller_id={owner} AND (ended_at, channel, job)>(0, '', '')
 AND ended_at<4102444800000 ORDER BY ended_at, channel, job"""


def fill(database, reseller, site, customer, jobs, printers):
    """Jobs as batches leave them, a thousand a batch; the questions of all printers."""
    chance = random.Random(7)
    owner = database.execute("SELECT reseller_id FROM reseller WHERE id=?", (reseller,)).fetchone()[0]
    database.execute("INSERT INTO collector(id, reseller_id, site, name, version, system, jwk, thumbprint, enrolled_at)"
                     " VALUES('col_BENCH', ?, ?, 'c', '1', 's', '{}', 'bench', ?)", (owner, site, DAY))
    questions = []
    for number in range(1, printers + 1):
        name, serial = f"prn_{number:08}", f"CN{number:05}"
        printer = database.execute(
            "INSERT INTO printer(reseller_id, id, manufacturer, serial, apart, product, model, firmware, site, customer, state,"
            " first_seen, last_seen) VALUES(?,?,'HP',?,'','W3Z71A','HP DesignJet Z9','1',?,?,'idle',?,?)",
            (owner, name, serial, site, customer, DAY, DAY)).lastrowid
        sighting = database.execute(
            "INSERT INTO sighting(reseller_id, printer, id, customer, site, product, model, firmware, first_seen, last_seen)"
            " VALUES(?,?,?,?,?,'','','',?,?)", (owner, printer, name, customer, site, DAY, DAY)).lastrowid

        def rows():
            for i in range(jobs // printers):
                if i % 1000 == 0:
                    batch = database.execute(
                        "INSERT INTO batch(reseller_id, collector, batch, stream, sequence, previous, sha256, received_at, doubtful, receipt,"
                        " jws) VALUES(?,'col_BENCH',?,?,?,'','',?,0,'','')",
                        (owner, f"0193a1c2-7b1e-7c3a-9f52-{number:06}{i:06}", name, i, DAY)).lastrowid
                at = DAY + i * 1000
                ink = "[" + ",".join(f'["{colour}","{chance.random():.4f}","cc"]'
                                     for colour in ("cyan", "magenta", "yellow", "matte-black")) + "]"
                yield (owner, printer, f"{chance.getrandbits(64):016X}-402A-944C-CB719C44869F", at, at - 90_000, at - 60_000, at - 1_000,
                       chance.choice(MEDIA), f"{chance.random():.6f}", ink, batch, sighting)
        database.executemany(
            "INSERT INTO job(reseller_id, printer, channel, job, revision, seen_at, type, status, submitted, started, finished, clock_offset_ms,"
            " copies, printed_copies, pages, printed_pages, media, area, area_unit, length, length_unit, quality, ink, batch, sighting)"
            " VALUES(?,?,'piws',?,2,?,'print','printed',?,?,?,0,2,2,1,2,?,?,'m2','1189','mm','best',?,?,?)", rows())
        questions.append(QUESTION.format(customer="Harbour Architects", site="Main office", serial=serial, printer=name, number=printer,
                                         owner=owner))
    return questions


def same(ours, theirs, jobs):
    """Both files hold every job, in the same order, and the first says the same."""
    with open(ours, newline="", encoding="utf-8") as a, open(theirs, newline="", encoding="utf-8") as b:
        count = 0
        for mine, other in zip(csv.DictReader(a), csv.DictReader(b)):
            if mine["job"] != other["job"] or mine["area"] != other["area"] or mine["batch"] != other["batch"]:
                broken(f"row {count} is {mine} here and {other} there")
            count += 1
        if count != jobs or next(a, None) or next(b, None):
            broken(f"{count} rows of {jobs}, or one file is longer")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one-printer", action="store_true", help="all jobs of one printer; otherwise of a hundred")
    options = parser.parse_args()
    if shutil.which("sqlite3") is None:
        broken("there is no sqlite3")
    portal = os.path.join(options.bin, "plotmeter-portal")
    with tempfile.TemporaryDirectory(prefix="plotmeter_bench_") as folder:
        data = os.path.join(folder, "data")

        def add(*words):
            done = subprocess.run([portal, *words, "--data", data, "--json"], check=True, capture_output=True, text=True)
            return done.stdout.split('"id":"')[1].split('"')[0] if '"id":"' in done.stdout else ""
        add("init")
        reseller = add("reseller", "add", "--name", "North")
        customer = add("customer", "add", "--reseller", "North", "--name", "Harbour Architects")
        site = add("site", "add", "--customer", customer, "--name", "Main office", "--time-zone", "Europe/Madrid")
        path = os.path.join(data, "portal.db")
        with sqlite3.connect(path) as database:
            questions = fill(database, reseller, site, customer, options.jobs, 1 if options.one_printer else 100)
        database.close()
        ours, theirs = os.path.join(folder, "ours.csv"), os.path.join(folder, "theirs.csv")
        script = os.path.join(folder, "question.sql")
        with open(script, "w", encoding="utf-8") as file:
            file.write(".headers on\n" + questions[0] + ";\n.headers off\n" + "".join(q + ";\n" for q in questions[1:]))

        costs = {"ours": [], "theirs": []}
        for _ in range(options.rounds):
            cost = run([portal, "export", "jobs", "--data", data, "--reseller", reseller, "--from", "2000-01-01", "--to", "2100-01-01",
                        "--output", ours])
            if cost.code != 0:
                broken(cost.output)
            costs["ours"].append(cost)
            with open(theirs, "w", encoding="utf-8") as out, open(script, encoding="utf-8") as questions_in:
                started = run(["sqlite3", "-readonly", "-csv", path], stdin=questions_in, into=out)
            if started.code != 0:
                broken("sqlite3 failed")
            costs["theirs"].append(started)
        same(ours, theirs, options.jobs)
        for name, all_of in costs.items():
            say(f"{name}: CPU {min(c.cpu for c in all_of):.2f} s at best, {statistics.median(c.cpu for c in all_of):.2f} s in the median;"
                f" {min(c.seconds for c in all_of):.2f} s and {statistics.median(c.seconds for c in all_of):.2f} s by the clock;"
                f" at most {max(c.peak_mb for c in all_of):.1f} MB resident; {os.path.getsize(ours if name == 'ours' else theirs) / 1e6:.0f} MB written")

        def ratio(of):
            return min(of(c) for c in costs["theirs"]) / min(of(c) for c in costs["ours"])
        result("export-cpu", ratio(lambda c: c.cpu), "times as fast as sqlite3 -csv", least=1.0)
        result("export-time", ratio(lambda c: c.seconds), "times as fast as sqlite3 -csv", least=1.0)
        result("export-memory", max(c.peak_mb for c in costs["ours"]), "MB", most=64)


main()

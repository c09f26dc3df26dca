#!/usr/bin/python3
"""Exports opened by a spreadsheet program, as docs/exports.md says to open them: every column is what it should be.

LibreOffice reads the CSV and writes it back as flat XML, where each cell has its kind. Rows of strangers are among them: formulas, zeros in
front, quotes, umlauts, line breaks. Needs Debian's libreoffice-calc-nogui (./x with "spreadsheet" installs it); skipped without.
"""

import argparse
import csv
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
DAY = 1_793_620_800_000  # 2026-11-02T12:00:00Z, in milliseconds since 1970

# How a job is called, and what is on which media: text that spreadsheets like to make something else of.
ODD = ["=1+1", "+49 30 1234", "-5", "@SUM(A1)", "\t=1", "0042", "007E3", "1.500", "2026-11-02", "11/02/2026", "TRUE", "1,5", 'Roll 24" "matt"',
       "Müller, Söhne & Co", "two\nlines", "a;b", "'quoted'", "Größe A0 – „fein“", "12:30", "50%", "MAR5", "€ 5", " blank", "=HYPERLINK(\"http://x\",\"y\")"]


def fill(path, reseller, site, customer):
    """A printer whose serial has zeros in front; a job, a supply and an alert for each odd text."""
    with sqlite3.connect(path) as database:
        owner = database.execute("SELECT reseller_id FROM reseller WHERE id=?", (reseller,)).fetchone()[0]
        database.execute("INSERT INTO collector(id, reseller_id, site, name, version, system, jwk, thumbprint, enrolled_at)"
                         " VALUES('col_1', ?, ?, 'c', '1', 's', '{}', 't', ?)", (owner, site, DAY))
        batch = database.execute(
            "INSERT INTO batch(reseller_id, collector, batch, stream, sequence, previous, sha256, received_at, doubtful, receipt, jws)"
            " VALUES(?,'col_1','0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11','s',1,'','47DEQpj8',?,0,'','')", (owner, DAY)).lastrowid
        printer = database.execute(
            "INSERT INTO printer(reseller_id, id, manufacturer, serial, apart, product, model, firmware, site, customer, state, first_seen,"
            " last_seen) VALUES(?,'prn_1','HP','0012345','','W3Z71A','HP DesignJet Z9 24in','1',?,?,'idle',?,?)",
            (owner, site, customer, DAY, DAY)).lastrowid
        sighting = database.execute(
            "INSERT INTO sighting(reseller_id, printer, id, customer, site, product, model, firmware, first_seen, last_seen)"
            " VALUES(?,?,'prn_1',?,?,'W3Z71A','HP DesignJet Z9 24in','1',?,?)", (owner, printer, customer, site, DAY, DAY)).lastrowid
        for number, odd in enumerate(ODD):
            database.execute(
                "INSERT INTO job(reseller_id, printer, channel, job, sighting, revision, seen_at, type, status, finished, clock_offset_ms, pages, media,"
                " area, area_unit, ink, batch) VALUES(?,?,'piws',?,?,1,?,'print','printed',?,0,?,?,'191.352000','?',?,?)",
                (owner, printer, odd, sighting, DAY + number * 1000, DAY + number * 1000, number, odd, '[["magenta","0.21","cc"]]', batch))
        meter = database.execute(
            "INSERT INTO meter(reseller_id, printer, channel, meter, colorant, media, unit) VALUES(?,?,'piws','ink.used','magenta','','cc')",
            (owner, printer)).lastrowid
        for hours, value in ((0, "433"), (24, "440.500")):
            database.execute("INSERT INTO meter_reading(reseller_id, meter, at, value, batch) VALUES(?,?,?,?,?)",
                             (owner, meter, DAY + hours * 3_600_000, value, batch))
            database.execute("INSERT INTO device_reading(reseller_id, printer, channel, stands_at, batch, place, at) VALUES(?,?,'piws',?,?,0,?)",
                             (owner, printer, DAY + hours * 3_600_000, batch, DAY + hours * 3_600_000))
        for number, odd in enumerate(ODD):
            database.execute(
                "INSERT INTO supply(reseller_id, printer, channel, supply, sighting, kind, colorant, description, level, level_unit, capacity,"
                " capacity_unit, percent, state, part_number, serial, installed, at)"
                " VALUES(?,?,'piws',?,?,'ink-cartridge','magenta',?,'0.500','cc','300','cc','80.0',?,?,?,?,?)",
                (owner, printer, odd, sighting, odd, odd, odd, odd, odd, DAY))
            database.execute(
                "INSERT INTO alert(reseller_id, printer, channel, key, sighting, since, severity, code, text, part, cleared_at)"
                " VALUES(?,?,'snmp',?,?,?,'warning',?,?,?,?)",
                (owner, printer, odd, sighting, DAY + number * 1000, odd, odd, odd, DAY + number * 2000 if number % 2 else None))
    database.close()


def text_of(paragraph):
    """What stands in it; blanks and tabs are elements of their own."""
    text = paragraph.text or ""
    for child in paragraph:
        text += {TEXT + "s": " " * int(child.get(TEXT + "c", "1")), TEXT + "tab": "\t"}.get(child.tag, "") + text_of(child)
        text += child.tail or ""
    return text


def opened(path, folder):
    """The rows of the CSV as LibreOffice has them: of each cell its kind, its text, and its number if it is one."""
    profile = "-env:UserInstallation=file://" + os.path.join(folder, "profile")
    subprocess.run(["soffice", profile, "--headless", "--convert-to", "fods", "--infilter=CSV:44,34,76,1,,1033,true,false",
                    "--outdir", folder, path], check=True, capture_output=True, timeout=300)
    root = ElementTree.parse(os.path.splitext(path)[0] + ".fods").getroot()
    rows = []
    for row in root.iter(TABLE + "table-row"):
        cells = []
        for cell in row.iter(TABLE + "table-cell"):
            texts = [text_of(p) for p in cell.iter(TEXT + "p")]
            one = (cell.get(OFFICE + "value-type", ""), "\n".join(texts), cell.get(OFFICE + "value", ""), cell.get(TABLE + "formula", ""))
            cells += [one] * min(int(cell.get(TABLE + "number-columns-repeated", "1")), 100)
        if any(text for _, text, _, _ in cells):
            rows.append(cells)
    return rows


def kinds(document):
    """Which column is of which kind, by export, as docs/exports.md tells people."""
    with open(document, encoding="utf-8") as file:
        parts = re.split(r"^### (\w+)$", file.read(), flags=re.MULTILINE)
    return {name: dict(re.findall(r"^\| `(\w+)` \| (\w+)", text, re.MULTILINE)) for name, text in zip(parts[1::2], parts[2::2])}


def complaints(export, path, folder, kind_of):
    with open(path, newline="", encoding="utf-8") as file:
        written = list(csv.reader(file))
    rows = opened(path, folder)
    if len(rows) != len(written) or len(written) < 2:
        yield f"{export}: {len(rows)} rows were opened of {len(written)}"
        return
    if [text for _, text, _, _ in rows[0]][:len(written[0])] != written[0]:
        yield f"{export}: the header is {rows[0]}"
    for line, (cells, values) in enumerate(zip(rows[1:], written[1:]), 1):
        cells += [("", "", "", "")] * (len(values) - len(cells))
        for name, (kind, text, value, formula), wanted in zip(written[0], cells, values):
            where = f"{export}, row {line}, {name}: {wanted!r} became {kind} {text!r} {value}"
            if formula:
                yield where + ", a formula " + formula
            elif wanted == "":
                if text:
                    yield where
            elif kind_of[export][name] in ("decimal", "count"):
                if kind != "float" or float(value) != float(wanted):
                    yield where
            elif kind != "string" or text != wanted:
                yield where


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--docs", required=True)
    options = parser.parse_args()
    if shutil.which("soffice") is None:
        print("skipped: there is no soffice (Debian's libreoffice-calc-nogui)", file=sys.stderr)
        return 77
    portal = os.path.join(options.bin, "plotmeter-portal")
    kind_of = kinds(os.path.join(options.docs, "exports.md"))
    with tempfile.TemporaryDirectory(prefix="plotmeter_sheet_") as folder:
        data = os.path.join(folder, "data")

        def run(*words):
            done = subprocess.run([portal, *words, "--data", data], check=True, capture_output=True, text=True)
            return done.stdout

        def add(*words):
            return re.search(r'"id":"(\w+)"', run(*words, "--json")).group(1)
        run("init")
        reseller = add("reseller", "add", "--name", "North")
        customer = add("customer", "add", "--reseller", "North", "--name", '=Müller "&" Söhne, 2. Stock')
        site = add("site", "add", "--customer", customer, "--name", "0815", "--time-zone", "UTC")
        fill(os.path.join(data, "portal.db"), reseller, site, customer)
        wrong = []
        for export in kind_of:
            period = [] if export in ("supplies", "printers", "alerts") else ["--from", "2026-11-01", "--to", "2026-12-01"]
            path = os.path.join(folder, export + ".csv")
            run("export", export, "--reseller", reseller, *period, "--output", path)
            wrong += complaints(export, path, folder, kind_of)
            print(f"{export}: opened")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())

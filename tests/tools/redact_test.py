#!/usr/bin/python3
"""redact.py keeps what we count and drops what points at people."""
import pathlib
import re
import subprocess
import sys
import tempfile

REDACT = str(pathlib.Path(__file__).with_name("redact.py"))

WALK = """\
.1.3.6.1.2.1.1.1.0 = Hex-STRING: 48 50 20 31 30 2E 31 2E 32 2E 33 20 30 30 3A 31
62 3A 37 38 3A 61 61 3A 62 62 3A 63 63
.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.11.2.3.9.1
.1.3.6.1.2.1.1.3.0 = 12345
.1.3.6.1.2.1.1.4.0 = Hex-STRING: 4D 6F 6E 61
.1.3.6.1.2.1.1.40.0 = INTEGER: 7
.1.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 1B 78 AA BB CC
.1.3.6.1.2.1.4.20.1.1.10.1.2.3 = IpAddress: 10.1.2.3
.1.3.6.1.2.1.43.8.2.1.10.1.1 = INTEGER: -2
.1.3.6.1.2.1.43.10.2.1.4.1.1 = Counter32: 15232
.1.3.6.1.2.1.43.12.1.1.4.1.1 = ""
.1.3.6.1.4.1.11.2.3.9.4.2.1.1.3.3.0 = Hex-STRING: FD E8 43 4E 33 54 33 35 30 30 31 32
.1.3.6.1.4.1.11.2.3.9.4.2.1.1.3.6.0 = Hex-STRING: FD E8 54 52 38 2D 41 43 5F 31 35 2E 30 2E 30 2E 31
.1.3.6.1.4.1.11.2.3.9.4.2.1.1.6.5.1.301.0 = Hex-STRING: 01 15 70 6C 61 6E
.1.3.6.1.4.1.11.2.3.9.4.2.1.1.6.5.13.301.0 = INTEGER: 3
.1.3.6.1.4.1.11.2.3.9.4.2.1.1.6.5.15.301.0 = INTEGER: 5
.1.3.6.1.4.1.11.2.3.9.4.2.1.1.6.5.23.1.301.0 = Hex-STRING: 01 15 4A 6F 62 41 63 63 74 31 3D 4D 6F 6E 61
.1.3.6.1.4.1.11.2.13.1.2.4.1 = STRING: "secret"
.1.3.6.1.4.1.11.9.0 = No Such Object available on this agent at this OID
"""
RECORDING = """\
1.3.6.1.2.1.1.1.0|4|HP 192.0.2.1 00:00:5E:00:53:01
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.11.2.3.9.1
1.3.6.1.2.1.1.3.0|67|12345
1.3.6.1.2.1.1.40.0|2|7
1.3.6.1.2.1.2.2.1.6.1|4x|00005E005301
1.3.6.1.2.1.43.8.2.1.10.1.1|2|-2
1.3.6.1.2.1.43.10.2.1.4.1.1|65|15232
1.3.6.1.2.1.43.12.1.1.4.1.1|4x|
1.3.6.1.4.1.11.2.3.9.4.2.1.1.3.3.0|4x|FDE8434E3054333530304558
1.3.6.1.4.1.11.2.3.9.4.2.1.1.3.6.0|4x|FDE85452382D41435F31352E302E302E31
1.3.6.1.4.1.11.2.3.9.4.2.1.1.6.5.13.301.0|2|3
1.3.6.1.4.1.11.2.3.9.4.2.1.1.6.5.15.301.0|2|5
"""
# As a text of a device or of a document, and what is left of it.
ADDRESSES = {
    "at 10.1.2.3": "at 192.0.2.1", "http://8.8.4.4:80/": "http://192.0.2.1:80/", "203.0.113.77.": "192.0.2.1.",
    "85.214.20.141,172.16.0.9": "192.0.2.1,192.0.2.1", r"a\n10.1.2.3": r"a\n192.0.2.1", "(198.51.100.1)": "(192.0.2.1)",
    # Versions, OIDs, and what is no address at all.
    **{same: same for same in (
        "TR8-AC_15.0.0.1", "V15.0.0.1", "FW:15.0.0.1;", "ROM V.15.0.0.1", "Firmware 15.0.0.1", "15.00.00.01", "15.0.0.256",
        "1.3.6.1.4.1.11.2.3.9.1", ".1.3.6.1.2", "2026.10.1.2.3", "<Revision>15.0.0.1</Revision>", '"FwVersion": "15.0.0.1"',
        '{"FirmwareVersion": {"Value": "15.0.0.1"}}', "0.0.0.0", "255.255.255.0", "192.0.2.1")},
    # In doubt it is an address.
    "15.0.0.1": "192.0.2.1",
}
DOCUMENTS = {
    "a.xml": ("<p:UserName>Mona</p:UserName><SerialNumber>CN3T350012</SerialNumber><Area>5.00</Area>",
              "<p:UserName></p:UserName><SerialNumber>CN0T3500EX</SerialNumber><Area>5.00</Area>"),
    "cdata.xml": ("<JobName><![CDATA[Mona's <plan></JobName> of]]> the house</JobName><JobNumber>7</JobNumber>",
                  "<JobName></JobName><JobNumber>7</JobNumber>"),
    "inner.xml": ('<Owner xmlns="http://www.hp.com/x"><First>Mona</First></Owner ><Owner/><Job UserName="Mona" ID=\'3\'/>',
                  '<Owner xmlns="http://www.hp.com/x"></Owner ><Owner/><Job UserName="" ID=\'3\'/>'),
    "jobs/all": ('{"JobName": "a \\"plan\\".pdf", "URL":"http://10.1.2.3/x", "Amount": 24.000000}',
                 '{"JobName": null, "URL":null, "Amount": 24.000000}'),
    "jobs/nested": ('{"UserName": {"Value": "Mona", "Account": ["a", "b"]}, "account" : 4711, "Copies": {"Value": 2}}',
                    '{"UserName": null, "account" : null, "Copies": {"Value": 2}}'),
    **{f"address/{number}": case for number, case in enumerate(ADDRESSES.items())},
}
JOBS = "1.3.6.1.4.1.2699.1.1.1"


def attributes_read():
    """The numbers of the attributes that the collector knows, without the names of jobs and documents."""
    source = pathlib.Path(__file__).parents[2] / "collector/snmp/job_mib.cpp"
    known = re.search(r"enum Attribute[^{]*\{([^}]*)\}", source.read_text(encoding="utf-8"))[1]
    return {int(number) for number in re.findall(r"= (\d+)", known)} - {23, 35}


def attributes_kept(root):
    """Those that a walk of the whole Job Monitoring MIB has left."""
    walk = [f".{JOBS}.1.1.1.2.1 = INTEGER: 1", f".{JOBS}.3.1.1.2.1.42 = INTEGER: 9", f".{JOBS}.3.1.1.9.1.42 = Hex-STRING: 4D 6F 6E 61"]
    for number in range(1, 300):
        walk += [f".{JOBS}.4.1.1.3.1.42.{number}.1 = INTEGER: 1", f".{JOBS}.4.1.1.4.1.42.{number}.1 = Hex-STRING: 4D 6F 6E 61"]
    (root / "jobs.txt").write_text("\n".join(walk), encoding="utf-8")
    oids = [line.split("|")[0] for line in run("walk", root / "jobs.txt").stdout.splitlines()]
    assert oids[:2] == [f"{JOBS}.1.1.1.2.1", f"{JOBS}.3.1.1.2.1.42"], oids[:3]
    assert all(oid.startswith(f"{JOBS}.4.") for oid in oids[2:]), oids
    return {int(oid.split(".")[-2]) for oid in oids[2:]}


def run(*arguments):
    return subprocess.run([REDACT, *map(str, arguments), "--serial", "CN3T350012=CN0T3500EX"],
                          capture_output=True, text=True, check=False)


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "walk.txt").write_text(WALK, encoding="utf-8")
        done = run("walk", root / "walk.txt")
        assert done.stdout == RECORDING, done.stdout + done.stderr
        (root / "empty.txt").write_text("Timeout: No Response from 10.1.2.3\n", encoding="utf-8")
        assert run("walk", root / "empty.txt").returncode == 2
        assert attributes_kept(root) == attributes_read()
        for name, (before, _) in DOCUMENTS.items():
            (root / "web" / name).parent.mkdir(parents=True, exist_ok=True)
            (root / "web" / name).write_text(before, encoding="utf-8")
        assert run("web", root / "web").returncode == 0
        for name, (_, after) in DOCUMENTS.items():
            assert (root / "web" / name).read_text(encoding="utf-8") == after, (name, (root / "web" / name).read_text(encoding="utf-8"))
        # What cannot be understood is not passed on half redacted.
        (root / "web/cut.json").write_text('{"UserName": {"Value": "Mo', encoding="utf-8")
        cut = run("web", root / "web")
        assert cut.returncode == 1 and "cut.json" in cut.stderr, cut


if __name__ == "__main__":
    sys.exit(main())

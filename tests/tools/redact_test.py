#!/usr/bin/python3
"""redact.py keeps what we count and drops what points at people."""
import pathlib
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
"""
DOCUMENTS = {
    "a.xml": ("<p:UserName>Mona</p:UserName><SerialNumber>CN3T350012</SerialNumber><Area>5.00</Area>",
              "<p:UserName></p:UserName><SerialNumber>CN0T3500EX</SerialNumber><Area>5.00</Area>"),
    "jobs/all": ('{"JobName": "a \\"plan\\".pdf", "URL":"http://10.1.2.3/x", "Amount": 24.000000}',
                 '{"JobName": null, "URL":null, "Amount": 24.000000}'),
}


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
        for name, (before, _) in DOCUMENTS.items():
            (root / "web" / name).parent.mkdir(parents=True, exist_ok=True)
            (root / "web" / name).write_text(before, encoding="utf-8")
        assert run("web", root / "web").returncode == 0
        for name, (_, after) in DOCUMENTS.items():
            assert (root / "web" / name).read_text(encoding="utf-8") == after, name


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
"""Makes a recording of a printer fit to leave the customer: what the collector never asks for is cut out, addresses are replaced.

  redact.py walk WALK.txt > walk.snmprec     of: snmpbulkwalk -v2c -c public -m "" -Onext ADDRESS .1.3.6.1
  redact.py web FOLDER                       the files below it (XML and JSON), in place

  --serial REAL=FAKE   in both, a serial number for another of the same length; may be repeated

Cut out of a walk: contact, name and location of the device, its operator and service person, trap communities, addresses,
routes, connections, processes, HP's configuration page and job-info (names of users). Emptied in a document: elements that name
people, computers, jobs or places. MACs and IPv4 addresses become 00:00:5E:00:53:01 and 192.0.2.1 (RFC 7042, RFC 5737)
wherever they stand. Read the result all the same: a printer may hold a name where nobody expects one.
"""
import argparse
import pathlib
import re
import sys

MIB2, HP = "1.3.6.1.2.1", "1.3.6.1.4.1.11.2"
CUT = [f"{MIB2}.1.{n}" for n in (4, 5, 6)] + [  # sysContact, sysName, sysLocation
    f"{MIB2}.43.5.1.1.4", f"{MIB2}.43.5.1.1.5",  # prtGeneral: operator, service person
    f"{MIB2}.3", f"{MIB2}.4", f"{MIB2}.5", f"{MIB2}.6", f"{MIB2}.7", f"{MIB2}.11",  # at, ip, icmp, tcp, udp, snmp
    f"{MIB2}.25.4", f"{MIB2}.25.5", f"{MIB2}.25.6", f"{MIB2}.55", f"{MIB2}.56",  # processes, software, IPv6
    "1.3.6.1.6",  # SNMPv2: users, communities, targets
    f"{HP}.4.3", f"{HP}.13",  # HP's configuration page; trap communities
    f"{HP}.3.9.4.2.1.1.3.13", f"{HP}.3.9.4.2.1.1.6.5",  # contact; job-info
    "1.3.6.1.4.1.2699.1.1"]  # Job Monitoring MIB: owners of jobs
TAGS = {"INTEGER": "2", "STRING": "4", "Hex-STRING": "4x", "OID": "6", "IpAddress": "64", "Network Address": "64",
        "Counter32": "65", "Gauge32": "66", "Timeticks": "67", "Counter64": "70", "OPAQUE": "68x", "BITS": "4x"}
PEOPLE = ("UserName Account HostName JobName URL PreviewFilePath PrinterName ContactPerson DeviceLocation DeviceName "
          "AssetNumber Owner JobAcct1 JobAcct2 JobAcct3 ApplicationName IPAddress IPv4Address IPv6Address MACAddress").split()
IPV4 = re.compile(r"\b(?!192\.0\.2\.)(?:10|172|192|169|127)\.\d{1,3}\.\d{1,3}\.\d{1,3}\b")
MAC = re.compile(r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b")


def cleaned(text, serials):
    for real, fake in serials:
        text = text.replace(real, fake)
    return MAC.sub("00:00:5E:00:53:01", IPV4.sub("192.0.2.1", text))


def rows(lines):
    """(OID, type, value) of each object; a long value goes on over the next lines."""
    row = None
    for line in lines:
        start = re.match(r"\.(1(?:\.\d+)+) = (.*)$", line.rstrip("\r\n"))
        if start:
            if row:
                yield row
            row = [start[1], start[2]]
        elif row:
            row[1] += " " + line.strip()
    if row:
        yield row


def snmprec(oid, value, serials):
    """The line of one object; nothing for one that is cut out or absent."""
    if any((oid + ".").startswith(cut + ".") for cut in CUT) or value.startswith(("No Such", "No more")):
        return ""
    kind, colon, text = value.partition(":")
    tag, text = TAGS.get(kind if colon else "", ""), text.strip()
    if not tag:
        if value.strip('"') == "":
            tag, text = "4x", ""
        elif re.fullmatch(r"\d+", value):
            tag, text = "67", value  # Timeticks by -Ot
        elif value == "NULL":
            tag, text = "5", ""
        else:
            raise SystemExit(f"redact.py: {oid} is '{value}'; expected a line of snmpbulkwalk -m \"\" -Onext")
    if oid.startswith(f"{MIB2}.2.2.1.6.") and text:
        return f"{oid}|4x|00005E005301"  # ifPhysAddress
    if tag == "64":
        return f"{oid}|64|192.0.2.1"
    if tag == "6":
        text = text.lstrip(".")
    if tag in ("4", "4x"):
        octets = bytes.fromhex(text) if tag == "4x" else text.strip('"').encode()
        plain = cleaned(octets.decode("latin-1"), serials)
        octets = plain.encode("latin-1")
        printable = plain and plain == plain.strip() and all(" " <= c <= "~" for c in plain)
        tag, text = ("4", plain) if printable else ("4x", octets.hex().upper())
    return f"{oid}|{tag}|{text}"


def document(text, serials):
    for name in PEOPLE:
        text = re.sub(rf"(<(?:[\w.-]+:)?{name}\b[^>/]*>)[^<]*(</)", r"\1\2", text)
        text = re.sub(rf'("{name}"\s*:\s*)"(?:[^"\\]|\\.)*"', r"\1null", text)
    return cleaned(text, serials)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("walk", "web"))
    parser.add_argument("path", type=pathlib.Path)
    parser.add_argument("--serial", action="append", default=[], metavar="REAL=FAKE")
    arguments = parser.parse_args()
    serials = [tuple(pair.split("=", 1)) for pair in arguments.serial]
    if any(len(pair) != 2 or len(pair[0]) != len(pair[1]) for pair in serials):
        parser.error("--serial expects REAL=FAKE, both of one length")
    if arguments.what == "web":
        for file in sorted(path for path in arguments.path.rglob("*") if path.is_file()):
            file.write_text(document(file.read_text(encoding="utf-8"), serials), encoding="utf-8")
        return 0
    lines = {}
    for oid, value in rows(arguments.path.read_text(encoding="latin-1").splitlines()):
        if line := snmprec(oid, value, serials):
            lines[tuple(map(int, oid.split(".")))] = line
    if not lines:
        parser.error(f"{arguments.path} holds no line such as '.1.3.6.1.2.1.1.2.0 = OID: …'")
    print("\n".join(lines[oid] for oid in sorted(lines)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

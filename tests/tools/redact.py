#!/usr/bin/python3
"""Makes a recording of a printer fit to leave the customer: what points at people and networks is cut out or replaced.

  redact.py walk WALK.txt > walk.snmprec     of: snmpwalk -v2c -c public -m "" -Onext ADDRESS .1.3.6.1
  redact.py web FOLDER                       the files below it (XML and JSON), in place

  --serial REAL=FAKE   in both, a serial number for another of the same length; may be repeated

Cut out of a walk: contact, name and location of the device, its operator and service person, trap communities, addresses,
routes, connections, processes, HP's configuration page. Of jobs, in the Job Monitoring MIB and in HP's job-info, there stay
the states and counts the collector reads, and the colorants, papers and times; owners, names, accounts and hosts go.
Emptied in a document: whatever stands in an element, attribute or key that names people, computers, jobs or places.

MACs and IPv4 addresses become 00:00:5E:00:53:01 and 192.0.2.1 (RFC 7042, RFC 5737) wherever they stand, public ones too. A
firmware version may look like an address, 15.0.0.1: four numbers are one if a letter or '_' stands before them
(TR8-AC_15.0.0.1), or a word such as FW, firmware, version, revision or ROM; if more numbers follow, as in an OID; if one has a
leading 0, or is no octet. In doubt they are an address: a version is sooner put back than an address called back.
Read the result all the same: a printer may hold a name where nobody expects one.
"""
import argparse
import json
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
    "1.3.6.1.4.1.2699.1.1"]  # Job Monitoring MIB
# Of those two what collector/snmp/job_mib.cpp reads stays, but for names (attributes 23, 35; fields 1, 2) and the strings of
# clients (field 23). Never owners, accounts or hosts (attributes 21, 29), which it does not read either.
JOBS = "1.3.6.1.4.1.2699.1.1.1"
NUMBERS = "71 90 91 130 131 150 151 172 173 191".split()  # JmAttributeTypeTC of RFC 2707
TEXTS = "171 172 173 174 175 191 193 194".split()
KEPT = re.compile("|".join((
    rf"{re.escape(JOBS)}\.(?:1\.1\.1\.2\.\d+|3\.1\.1\.2\.\d+\.\d+)",  # active jobs of a job set; state of a job
    rf"{re.escape(JOBS)}\.4\.1\.1\.(?:3\.\d+\.\d+\.(?:{'|'.join(NUMBERS)})|4\.\d+\.\d+\.(?:{'|'.join(TEXTS)}))\.\d+",
    rf"{re.escape(HP)}\.3\.9\.4\.2\.1\.1\.6\.5\.(?:13|15)\.\d+\.0")))  # pages printed; state
TAGS = {"INTEGER": "2", "STRING": "4", "Hex-STRING": "4x", "OID": "6", "IpAddress": "64", "Network Address": "64",
        "Counter32": "65", "Gauge32": "66", "Timeticks": "67", "Counter64": "70", "OPAQUE": "68x", "BITS": "4x"}
PEOPLE = ("UserName Account HostName JobName URL PreviewFilePath PrinterName ContactPerson DeviceLocation DeviceName "
          "AssetNumber Owner JobAcct1 JobAcct2 JobAcct3 ApplicationName IPAddress IPv4Address IPv6Address MACAddress").split()
OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
IPV4 = re.compile(r"(?P<version>(?:\b|_)(?:v|ver|rev|fw|fwver|rom|eeprom|release|\w*(?:version|revision|firmware))\b"
                  r"""[\s:=.>"'{]{0,6}(?:\bValue\b[\s:=>"']{1,6})?)?"""  # "FirmwareVersion": {"Value": "15.0.0.1"}
                  rf"(?P<before>\\[nrt]|(?<![\w.]))(?:[1-9]|[1-9]\d|1\d\d|2[01]\d|22[0-3])(?:\.{OCTET}){{3}}(?!\w|\.\d)", re.I)
MAC = re.compile(r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b")


def cleaned(text, serials):
    for real, fake in serials:
        text = text.replace(real, fake)
    text = IPV4.sub(lambda found: found[0] if found["version"] else found["before"] + "192.0.2.1", text)
    return MAC.sub("00:00:5E:00:53:01", text)


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
    if (any((oid + ".").startswith(cut + ".") for cut in CUT) and not KEPT.fullmatch(oid)) or value.startswith(("No Such", "No more")):
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
            raise SystemExit(f"redact.py: {oid} is '{value}'; expected a line of snmpwalk -m \"\" -Onext")
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


def without_values(text, name):
    """Each "name": VALUE of a JSON text with null for its value, whether that is text, a list or an object."""
    done, at = [], 0
    for key in re.finditer(rf'"{name}"\s*:\s*', text, re.I):
        if key.start() < at:  # within a value that is gone
            continue
        try:
            _, end = json.JSONDecoder(strict=False).raw_decode(text, key.end())
        except json.JSONDecodeError as error:
            raise SystemExit(f"redact.py: what follows {key[0]!r} is no JSON ({error}); leave this file out, or cut it by hand") from error
        done += [text[at:key.end()], "null"]
        at = end
    return "".join(done) + text[at:]


def document(text, serials):
    for name in PEOPLE:
        # All that stands in it: text, other elements, CDATA, which may hold '<'.
        within = r"(?:<!\[CDATA\[.*?\]\]>|(?!<!\[CDATA\[).)*?"
        text = re.sub(rf"(<(?:[\w.-]+:)?{name}(?:\s[^>]*)?(?<!/)>){within}(</(?:[\w.-]+:)?{name}\s*>)", r"\1\2", text, flags=re.I | re.S)
        text = re.sub(rf"""(<[^<>]*\s(?:(?!xmlns:)[\w.-]+:)?{name}\s*=\s*)(?:"[^"]*"|'[^']*')""", r'\1""', text, flags=re.I)
        text = without_values(text, name)
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
            try:
                text = document(file.read_text(encoding="utf-8"), serials)
            except SystemExit as trouble:
                raise SystemExit(f"{trouble}: {file}") from trouble
            file.write_text(text, encoding="utf-8")
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

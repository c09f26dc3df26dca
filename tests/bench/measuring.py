"""What the benchmarks that drive programs have in common: simulated printers, the cost of a command, a capture, a result.

    with Printers(bin_dir, 250, "127.62.0.0/16") as printers:
        cost = run([...])                      # seconds, CPU seconds and output of a command and all it started
    result("discovery-first-pass", ours / theirs, "of its time", most=1.0)
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")


def say(line):
    print(line, flush=True)


def result(name, value, unit, least=None, most=None):
    """Prints the line that `./x bench` looks at: value >= least, or value <= most."""
    well = value >= least if least is not None else value <= most
    goal = f">= {least}" if least is not None else f"<= {most}"
    say(f"bench {name}: {value:.2f} {unit} (goal {goal}) {'ok' if well else 'short'}")


def broken(why):
    """What was to be measured did not happen: no result is better than a wrong one."""
    sys.exit(f"bench: {why}")


@dataclass
class Cost:
    seconds: float
    cpu: float  # seconds of the command and of all that it started and waited for
    peak_mb: float
    output: str
    code: int


def run(command, **options):
    """Runs a command to its end. Its standard error is kept with its output unless told otherwise; `into`: a file for the output instead."""
    into = options.pop("into", None)
    with tempfile.TemporaryFile("w+") as output:
        started = time.monotonic()
        child = subprocess.Popen(command, stdout=into or output, stderr=options.pop("stderr", subprocess.STDOUT), **options)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read(), child.returncode)


def cpu_of(pid):
    """CPU seconds of a running process, its threads and the children it has waited for."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return sum(int(fields[i]) for i in range(11, 15)) / TICKS


def memory_of(pid):
    """What a process has of it: MB by their name in /proc/PID/status."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        rows = dict(line.split(":", 1) for line in status)
    return {name: int(rows[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon", "RssFile", "VmHWM")}


class Printers:
    """Simulated printers whose time stands still, so that they cost little beside what is measured."""

    def __init__(self, bin_dir, count, network, port=9161, https_port=9443, options=()):
        self.port, self.https_port, self.network = port, https_port, network
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [os.path.join(bin_dir, "plotmeter-sim"), "--printers", str(count), "--network", network,
             "--snmp-port", str(port), "--https-port", str(https_port), "--days", "3", "--control", "-", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True)
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            broken(f"plotmeter-sim did not start: {self._errors.read().strip()}")
        self.list = json.loads(line)["printers"]

    def cpu(self):
        return cpu_of(self._process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@dataclass
class Packet:
    at: float  # seconds since 1970
    source: tuple  # address as text, port
    target: tuple
    octets: int  # of the IP packet, headers counted
    payload: bytes


class Capture:
    """What passes the loopback interface, as tcpdump sees it. `packets` when it is over; None where it is not permitted.

        with Capture("udp port 9161") as capture: ...
    """

    def __init__(self, what):
        self.what = what
        self.packets = None
        self._process = None

    def __enter__(self):
        if shutil.which("tcpdump") is None:
            return self
        self._folder = tempfile.TemporaryDirectory(prefix="plotmeter_bench_")
        self._file = os.path.join(self._folder.name, "lo.pcap")
        self._process = subprocess.Popen(
            ["tcpdump", "-i", "lo", "-n", "-U", "-B", "65536", "-s", "0", "-Z", "root", "-w", self._file, self.what],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        line = self._process.stderr.readline()
        while line and "listening on" not in line:
            line = self._process.stderr.readline()
        if not line:
            self._process.wait()
            self._process = None
        return self

    def __exit__(self, *unused):
        if self._process is None:
            return
        time.sleep(1.5)  # the kernel hands over what is in its buffer once a second
        self._process.terminate()
        said = self._process.communicate()[1]
        if " 0 packets dropped by kernel" not in " " + said.replace("\n", " "):
            broken(f"tcpdump lost packets: {said.strip()}")
        with open(self._file, "rb") as file:
            self.packets = list(read_pcap(file.read()))
        self._folder.cleanup()


def read_pcap(data):
    """The IPv4 packets over UDP and TCP of a classic pcap file with Ethernet frames."""
    nanoseconds = {0xA1B2C3D4: 1e6, 0xA1B23C4D: 1e9}[struct.unpack_from("<I", data)[0]]
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, kept, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + kept]
        at += 16 + kept
        if frame[12:14] != b"\x08\x00":
            continue
        header = 14 + (frame[14] & 15) * 4
        transport = 8 if frame[23] == 17 else (frame[header + 12] >> 4) * 4
        source, target = struct.unpack_from(">HH", frame, header)
        yield Packet(seconds + fraction / nanoseconds,
                     (".".join(map(str, frame[26:30])), source), (".".join(map(str, frame[30:34])), target),
                     struct.unpack_from(">H", frame, 16)[0], frame[header + transport:])

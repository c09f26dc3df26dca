#!/usr/bin/python3
"""What the collector puts on the network, counted in a capture of the loopback interface.

    ./x bench lan

Octets of a reading for each simulated model, the first and one later, headers of IP and UDP or TCP counted, both
directions; then a sweep of a /24 where 40 printers live, by `discover` and by `run`, with the ceiling of discovery: how
many packets left in any second, and whether a host was ever asked a second thing while the first was under way. Where no capture is permitted nothing is measured, and said so.
"""

import argparse
import os
import tempfile
from collections import defaultdict

from fleet_state import CLOSED, State
from measuring import Capture, Printers, broken, result, run, say
from snmp_seen import RESPONSE, message

HTTP = 9459  # of LEDM
CEILING = 100
TIMEOUT = 2.0
EARLY = 0.005  # the capture's clock is not the collector's


MODELS = ["z9", "t770", "z5200", "xl4100", "t1600", "t2600", "latex"]


def web_of(printer):
    return " and ".join(name for name in ("PIWS", "LEDM") if printer[name.lower()]) or "no web"


def captured(what, act):
    with Capture(what) as capture:
        act()
    if capture.packets is None:
        say("lan: skipped, no capture is permitted here (tcpdump as root, or CAP_NET_RAW)")
        raise SystemExit(0)
    return capture.packets


def octets_by_model(bin_dir):
    options = ["--models", ",".join(MODELS), "--http-port", str(HTTP)]
    with Printers(bin_dir, len(MODELS), "127.65.0.0/16", port=9172, https_port=9454, options=options) as few:
        ranges = [f"127.65.0.1-{len(MODELS)}"]
        snmp = State(bin_dir, few, ranges, CLOSED)
        web = State(bin_dir, few, ranges, few.https_port)
        for state in (snmp, web):
            state.know("--piws-pause", "0s", "--http-port", str(HTTP))
        worst = 0
        for name, known in (("first reading", False), ("status poll", True)):
            udp = captured(f"udp port {few.port}", lambda: snmp.round(known=known))
            tcp = captured(f"tcp port {few.https_port} or tcp port {HTTP}",
                           lambda: web.round("--piws-pause", "0s", "--http-port", str(HTTP), known=known))
            say(f"  {name}:")
            for printer in few.list:
                mine = [p for p in udp if printer["address"] in (p.source[0], p.target[0])]
                asked = sum(1 for p in mine if p.target[1] == few.port)
                worst = max(worst, sum(p.octets for p in mine))
                over = {port: [p for p in tcp if printer["address"] in (p.source[0], p.target[0])
                               and port in (p.source[1], p.target[1])] for port in (few.https_port, HTTP)}
                say(f"    {printer['model']:<32} SNMP {sum(p.octets for p in mine):>6} octets, {asked:>2} questions; "
                    f"{web_of(printer):<13} {sum(p.octets for p in over[few.https_port]):>6} octets over TLS, "
                    f"{sum(p.octets for p in over[HTTP]):>6} without")
        result("lan-snmp-status-poll", worst / 1000, "KB of the dearest model", most=30)


def most_in_a_second(times):
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def asked_twice(packets, port):
    """How often a host was sent another question, or the same again, before the answer or the time-out of the one before."""
    open_at, twice = defaultdict(dict), 0
    for packet in packets:
        kind, request_id, _ = message(packet.payload)
        if kind == RESPONSE and packet.source[1] == port:
            open_at[packet.source[0]].pop(request_id, None)
        elif packet.target[1] == port:
            waiting = open_at[packet.target[0]]
            twice += any(packet.at - at < TIMEOUT - EARLY for at in waiting.values())
            waiting.clear()
            waiting[request_id] = packet.at
    return twice


def ceiling(bin_dir):
    """`discover` with what it does unless told otherwise; `run --once`, which sweeps first and then reads what it found."""
    with Printers(bin_dir, 40, "127.66.0.0/24", port=9173, https_port=9455) as printers, \
            tempfile.TemporaryDirectory(prefix="plotmeter_bench_") as folder:
        program = os.path.join(bin_dir, "plotmeter-collector")
        where = ["--range", printers.network, "--port", str(printers.port), "--https-port", str(CLOSED)]
        for name, command in [("discover", ["discover", "--json"]),
                              ("run", ["run", "--once", "--state", os.path.join(folder, "state"),
                                       "--packets-per-second", str(CEILING)])]:
            with Capture(f"udp port {printers.port}") as capture:
                cost = run([program, *command, *where])
            if cost.code not in (0, 1):  # 1 of `run`: it is not enrolled, so what it read waits
                broken(f"{name}: {cost.output[-300:]}")
            sent = [p for p in capture.packets if p.target[1] == printers.port]
            first = len({p.target[0] for p in sent})
            most = most_in_a_second([p.at for p in sent])
            say(f"  {name} of a /24 with {len(printers.list)} printers: {len(sent)} packets to {first} addresses in "
                f"{sent[-1].at - sent[0].at:.1f} s; at most {most} in any second, ceiling {CEILING}")
            result(f"lan-ceiling-{name}", most, "packets in the worst second", most=CEILING)
            result(f"lan-one-question-a-host-{name}", asked_twice(capture.packets, printers.port),
                   "questions to a host still busy with one", most=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    octets_by_model(options.bin)
    ceiling(options.bin)


main()

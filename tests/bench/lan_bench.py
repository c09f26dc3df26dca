#!/usr/bin/python3
"""What the collector puts on the network, counted in a capture of the loopback interface.

    ./x bench lan

Octets of a status poll for each simulated model, headers of IP and UDP or TCP counted, both directions; then a sweep of
a /24 where 40 printers live, with the ceiling of discovery: how many packets left in any second, and whether a host was
ever asked a second thing while the first was under way. Where no capture is permitted nothing is measured, and said so.
"""

import argparse
import os
from collections import defaultdict

from fleet_state import CLOSED, State
from measuring import Capture, Printers, broken, result, run, say
from snmp_seen import RESPONSE, message

CEILING = 100
SLACK = 0.020  # seconds' worth of packets that may leave late, all at once (collector/snmp/token_bucket.h)
TIMEOUT = 2.0
EARLY = 0.005  # the capture's clock is not the collector's


def octets_by_model(bin_dir):
    with Printers(bin_dir, 4, "127.65.0.0/16", port=9172, https_port=9454) as few:
        snmp = State(bin_dir, few, ["127.65.0.1-4"], CLOSED)
        web = State(bin_dir, few, ["127.65.0.1-4"], few.https_port)
        with Capture(f"udp port {few.port}") as udp:
            snmp.round()
        with Capture(f"tcp port {few.https_port}") as tcp:
            web.round("--piws-pause", "0s")
        if udp.packets is None:
            say("lan: skipped, no capture is permitted here (tcpdump as root, or CAP_NET_RAW)")
            raise SystemExit(0)
        worst = 0
        for printer in few.list:
            mine = [[p for p in packets if printer["address"] in (p.source[0], p.target[0])]
                    for packets in (udp.packets, tcp.packets)]
            asked = sum(1 for p in mine[0] if p.target[1] == few.port)
            worst = max(worst, sum(p.octets for p in mine[0]))
            say(f"  {printer['model']:<32} SNMP {sum(p.octets for p in mine[0]):>6} octets, {asked} questions; "
                f"web {sum(p.octets for p in mine[1]):>6} octets in {len(mine[1])} packets, TLS included")
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
    with Printers(bin_dir, 40, "127.66.0.0/24", port=9173, https_port=9455) as printers:
        with Capture(f"udp port {printers.port}") as capture:
            cost = run([os.path.join(bin_dir, "plotmeter-collector"), "discover", "--range", printers.network, "--json",
                        "--port", str(printers.port), "--https-port", str(CLOSED)])
        if cost.code != 0:
            broken(f"discover: {cost.output[-300:]}")
        sent = [p for p in capture.packets if p.target[1] == printers.port]
        first = len({p.target[0] for p in sent})
        most = most_in_a_second([p.at for p in sent])
        say(f"  discover of a /24 with {len(printers.list)} printers: {len(sent)} packets to {first} addresses in "
            f"{sent[-1].at - sent[0].at:.1f} s; at most {most} in any second, ceiling {CEILING} and 20 ms of slack")
        result("lan-ceiling", most, "packets in the worst second", most=CEILING * (1 + SLACK))
        result("lan-one-question-a-host", asked_twice(capture.packets, printers.port), "questions to a host still busy with one",
               most=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    octets_by_model(options.bin)
    ceiling(options.bin)


main()

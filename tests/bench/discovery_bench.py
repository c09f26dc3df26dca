#!/usr/bin/python3
"""How fast printers are found, beside onesixtyone and fusioninventory-netdiscovery, which look at the same addresses.

    ./x bench discovery             a /24 at 100 packets a second, a /16 as fast as it goes
    ./x bench discovery --long      also the /16 at 100 packets a second (half an hour)

250 simulated printers; where none lives nobody answers, because one socket of the simulator takes the packets of all
other addresses too. A program that misses a printer breaks the benchmark: it was too fast for this machine.
"""

import argparse
import json
import os
import re

from measuring import Printers, broken, result, run, say

COUNT = 250
NETWORK = "127.62.0.0"
TAIL = 5.0  # seconds that onesixtyone waits after its last packet; ours is the time-out of 2 s


def onesixtyone(port, prefix, wait):
    """One OID, one packet an address, no retry."""
    cost = run(["onesixtyone", "-p", str(port), "-w", str(wait), f"{NETWORK}/{prefix}", "public"])
    found = len(set(re.findall(r"^(127\.[0-9.]+) \[", cost.output, re.MULTILINE)))
    packets = int(re.search(r"Scanning (\d+) hosts, 1 communities", cost.output).group(1))
    if found != COUNT:
        broken(f"onesixtyone found {found} of {COUNT} printers in the /{prefix}; this run says nothing")
    say(f"  onesixtyone -w {wait:<3}   /{prefix}  {cost.seconds:8.2f} s      {packets:>7} packets  "
        f"{packets / (cost.seconds - TAIL):>7.0f} packets/s before its tail of 5 s; {cost.cpu:.2f} s CPU, {cost.peak_mb:.0f} MB")
    return cost.seconds, packets / (cost.seconds - TAIL)


def ours(bin_dir, port, prefix, rate, retries=1, timeout=2.0):
    cost = run([os.path.join(bin_dir, "sweep_times"), f"{NETWORK}/{prefix}", str(port), str(rate), str(retries),
                str(round(1000 * timeout))])
    if cost.code != 0:
        broken(f"sweep_times: {cost.output}")
    seen = json.loads(cost.output)
    if seen["first_pass_answered"] != COUNT or seen["printers"] != COUNT:
        broken(f"our first pass found {seen['first_pass_answered']} and all of it {seen['printers']} of {COUNT} printers "
               f"in the /{prefix}; this run says nothing")
    say(f"  plotmeter           /{prefix}  {seen['first_pass_s']:8.2f} s      {seen['first_pass_packets']:>7} packets  "
        f"ceiling {rate or 'none'}; {cost.cpu:.2f} s CPU in all, {cost.peak_mb:.0f} MB")
    say(f"    last printer named /{prefix} {seen['last_printer_s']:8.2f} s")
    say(f"    in all            /{prefix}  {seen['all_s']:8.2f} s      {seen['packets']:>7} packets: the silent again with "
        f"v2c and v1 ({retries} {'retry' if retries == 1 else 'retries'}), and {COUNT} fingerprints")
    return seen


def fusioninventory(port, first, last, expected, *options):
    """As it comes: one thread, a time-out of 1 s. Names each device it finds with model and serial, as our passes do."""
    cost = run(["fusioninventory-netdiscovery", "--first", first, "--last", last, "--port", str(port), *options])
    found = len(set(re.findall(r"<SERIAL>([^<]+)</SERIAL>", cost.output)))
    say(f"  fusioninventory-netdiscovery {' '.join(options)}  {first} to {last}  {cost.seconds:8.2f} s      {found} serial numbers "
        f"of {expected}; {cost.cpu:.2f} s CPU")
    return cost.seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--long", action="store_true", help="also the /16 at 100 packets a second")
    options = parser.parse_args()
    with Printers(options.bin, COUNT, f"{NETWORK}/16") as printers:
        port = printers.port
        say(f"{COUNT} printers at {NETWORK}/24, first pass: seconds until the last address answered or timed out")
        theirs, rate = onesixtyone(port, 24, 10)
        slow = ours(options.bin, port, 24, int(rate))
        result("discovery-24-at-100", slow["first_pass_s"] / theirs, "of onesixtyone's time, first pass", most=1.0)

        theirs, rate = onesixtyone(port, 16, 0)
        fast = ours(options.bin, port, 16, 0)
        result("discovery-16-fastest", fast["first_pass_s"] / theirs, "of onesixtyone's time, first pass", most=0.6)

        base = NETWORK.rsplit(".", 2)[0]
        as_it_comes = fusioninventory(port, f"{base}.0.1", f"{base}.0.254", COUNT)
        alive = fusioninventory(port, f"{base}.0.1", f"{base}.0.254", COUNT, "--threads", "16")
        silent = fusioninventory(port, f"{base}.9.1", f"{base}.9.64", 0, "--threads", "16") / 64
        quick = ours(options.bin, port, 24, 0)
        result("discovery-24-fusioninventory", as_it_comes / quick["all_s"], "times faster, all passes, nearly all alive", least=20)
        say(f"  beside its 16 threads: {alive / quick['all_s']:.1f} times faster, and beside its one thread at 100 packets a second "
            f"(with all passes) {as_it_comes / slow['all_s']:.1f} times")
        patient = silent * 16  # seconds that each of its threads gives an address where nobody is
        say(f"  fusioninventory-netdiscovery waits {patient:.2f} s for a silent address in all")
        equal = ours(options.bin, port, 24, 0, timeout=patient / 3)
        say(f"  with as much patience for a silent address, asked three times: {alive / equal['all_s']:.1f} times faster")
        say(f"  until the last printer was named: {alive / quick['last_printer_s']:.1f} times faster; what is left are the "
            f"time-outs of silent addresses")
        whole = alive + silent * (65534 - 254)
        say(f"  fusioninventory-netdiscovery on the whole /16, reckoned from the two runs above: {whole / 60:.0f} minutes")
        result("discovery-16-fusioninventory", whole / fast["all_s"], "times faster, all passes, reckoned", least=20)
        if options.long:
            theirs, rate = onesixtyone(port, 16, 10)
            seen = ours(options.bin, port, 16, int(rate))
            result("discovery-16-at-100", seen["first_pass_s"] / theirs, "of onesixtyone's time, first pass", most=1.0)


main()

#!/usr/bin/python3
"""What is another on a printer that is known: its key, its network card, its product number; by the real programs.

A web server with another key is a stranger: that is told once, and it is asked who it is (keys are kept by serial number) and nothing
else, until a person says that it is right. The printer is read over SNMP meanwhile, and nobody else is touched.
"""

import argparse
from collections import Counter

from moves import MODELS, Moves, oclock
from stage import Stage, end_with
from wrong_input import expect

KEY, CARD, PRODUCT, STAYS = 1, 2, 4, 3  # the odd ones have PIWS
STRANGER = "piws: certificate changed"
WHO = ("/LFPWebServices/PI/Identification.", "/DevMgmt/DiscoveryTree.", "/DevMgmt/ProductConfigDyn.")


def channels(world, number):
    """Since it was asked so last: what its web server was asked; and now: when each channel was read, what is remarked."""
    asked = world.do("asked", number)["requests"]
    told = world.stage.run_json("plotmeter-collector", "status", "--state", world.state)
    (printer,) = [p for p in told["printers"] if p["serial"] == world.serial(number)]
    return asked, printer


def told_no_more_than_who(asked):
    return all(request.split()[1].startswith(WHO) for request in asked)


def story(world):
    world.round(oclock(8), [[]], sweep=True)
    world.round(oclock(9), [[]])
    asked, printer = channels(world, KEY)
    expect(not told_no_more_than_who(asked), f"PIWS is read: {asked}")
    expect(not any(STRANGER in remark for remark in printer["remarks"]), f"{printer['remarks']}")

    world.do("odd", KEY, "web=new-certificate")
    world.do("odd", CARD, "other-card")
    world.do("odd", PRODUCT, "other-product")
    world.do("asked", STAYS)
    product = world.printers[PRODUCT - 1]["product"]
    world.round(oclock(10), [[("certificate-changed", world.serial(KEY), None, None), ("card-changed", world.serial(CARD), None, None),
                              ("product-changed", world.serial(PRODUCT), product, product[:-1] + "Z")]])
    for hour, sweep in ((11, False), (12, True), (13, False)):
        world.round(oclock(hour), [[]], sweep=sweep)  # each once
        asked, printer = channels(world, KEY)
        expect(told_no_more_than_who(asked), f"the stranger was asked: {asked}")
        expect(any(STRANGER in remark for remark in printer["remarks"]), f"nothing is said of it: {printer}")
        expect(printer["last_kept"], f"it is not read over SNMP: {printer}")
    asked, _ = channels(world, STAYS)
    expect(asked, "its neighbour is asked as before")

    # A person says that it is right, and that printer alone is asked again. What it shows now is remembered.
    world.collector("discover", world.printers[KEY - 1]["address"], "--forget-key", *world.reach(), "--http-port", 0)
    channels(world, KEY)
    world.round(oclock(14), [[]])
    asked, printer = channels(world, KEY)
    expect(any("/LFPWebServices/PI/JQ/" in request for request in asked), f"its jobs are read again: {asked}")
    expect(not any(STRANGER in remark for remark in printer["remarks"]), f"{printer['remarks']}")
    world.do("even", KEY)
    world.round(oclock(15), [[("certificate-changed", world.serial(KEY), None, None)]])
    asked, _ = channels(world, KEY)
    expect(told_no_more_than_who(asked), f"the old key is a stranger's now, and was asked: {asked}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Moves(stage, printers=4)
        world.start_printers("--models", MODELS)
        world.start_portal()
        world.enrol()
        story(world)
        told = Counter(world.events)
        portal = Counter(world.portal_events())
        expect(told == portal and len(world.events) == 4, f"the portal was told otherwise: {told - portal} and {portal - told}")
        print("the portal was told of each once")


if __name__ == "__main__":
    end_with(main)

#!/usr/bin/python3
"""Every command of every program teaches: a sentence, its arguments, each with words of its own.

What --help prints is also a golden file (tests/golden/help), because other people's scripts call these commands.
PLOTMETER_GOLDEN=write rewrites it.
"""

import argparse
import os
import re
import subprocess
import sys

PROGRAMS = ("plotmeter-collector", "plotmeter-portal", "plotmeter-sim", "plotmeter-verify")


def help_of(program, words):
    """The help of this command and of all below it, depth first."""
    text = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
    yield words, text
    below = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.MULTILINE)
    for line in below.group(1).splitlines() if below else ():
        yield from help_of(program, [*words, line.split()[0]])


def complaints(words, text):
    where = " ".join(words) or "the program"
    first = text.split("\n")[0]
    if not first.endswith(".") or len(first.split()) < 3:
        yield f"{where}: --help does not begin with a sentence but with {first!r}"
    tables = re.findall(r"^(?:Options|Subcommands|Positionals):\n((?:  .*\n)+)", text, re.MULTILINE)
    for line in "".join(tables).splitlines():
        if re.fullmatch(r"  -{0,2}[\w,-]+( \S+)?\s*", line):
            yield f"{where}: nothing is said of {line.strip()!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--golden", required=True)
    options = parser.parse_args()
    wrong = []
    for name in PROGRAMS:
        pages = list(help_of(os.path.join(options.bin, name), []))
        for words, text in pages:
            wrong += [f"{name} {complaint}" for complaint in complaints(words, text)]
        whole = "".join(f"$ {' '.join([name, *words])} --help\n{text}\n" for words, text in pages)
        golden = os.path.join(options.golden, name + ".txt")
        if os.environ.get("PLOTMETER_GOLDEN") == "write":
            os.makedirs(options.golden, exist_ok=True)
            with open(golden, "w", encoding="utf-8") as f:
                f.write(whole)
        with open(golden, encoding="utf-8") as f:
            if f.read() != whole:
                wrong.append(f"{name}: --help differs from {golden}; ./x golden shows how")
        print(f"{name}: {len(pages)} pages of help")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

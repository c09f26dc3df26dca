#!/usr/bin/python3
"""Makes a manual page of a program from what its --help says, so that the two cannot differ.

    manual.py --program build/release/bin/plotmeter-collector --date 2026-11-22 --file "/etc/…:its settings" > plotmeter-collector.1

One page a program: its own help first, then each command's with all its options. What --help looks like is held by golden files; a line
this does not understand ends it with 1 rather than being left out.
"""

import argparse
import os
import re
import subprocess
import sys

TABLES = ("Positionals", "Options", "Subcommands")


class NotUnderstood(Exception):
    """A line of --help that has no place in a page."""


def roff(text):
    """Text as troff prints it unchanged: backslashes, hyphens that are typed, and lines that would be requests."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    return "\\&" + text if text.startswith(".") else text


def parse(text):
    """{"summary":…, "usage":…, "tables":{"Options":[(name, words)]}, "more":[lines]} of one --help."""
    lines = text.rstrip("\n").split("\n")
    if len(lines) < 2 or not lines[1].startswith("Usage: "):
        raise NotUnderstood(f"expected a sentence and 'Usage: …', got {lines[:2]}")
    page = {"summary": lines[0], "usage": lines[1].removeprefix("Usage: "), "tables": {}, "more": []}
    rows = None
    for line in lines[2:]:
        if line.rstrip(":") in TABLES and line.endswith(":"):
            rows = page["tables"].setdefault(line.rstrip(":"), [])
        elif rows is not None and line.startswith("  "):
            row = re.fullmatch(r"  (-?\S+(?: [A-Z][^ ]*)?)\s+(\S.*)", line)
            if not row:
                raise NotUnderstood(f"expected a name and what it is, got {line!r}")
            rows.append((row[1], row[2]))
        elif line == "":
            rows = None
            if page["more"]:
                page["more"].append("")
        elif rows is not None:
            raise NotUnderstood(f"expected a row of a table, got {line!r}")
        else:
            page["more"].append(line)
    return page


def helps(program, words=()):
    """(words, parsed --help) of the program and of every command below it, in their order."""
    said = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
    page = parse(said)
    yield list(words), page
    for name, _ in page["tables"].get("Subcommands", []):
        yield from helps(program, [*words, name])


def option(name):
    """"-h,--help" and "--range R" with what is typed in bold and what is put in its place in italics."""
    typed, _, value = name.partition(" ")
    if typed.startswith("-"):
        bold = ", ".join(f"\\fB{roff(part)}\\fR" for part in typed.split(","))
        return f"{bold} \\fI{roff(value)}\\fR" if value else bold
    return f"\\fI{roff(value or typed)}\\fR"


def table(rows):
    for name, words in rows:
        yield ".TP"
        yield option(name)
        yield roff(words)


def prose(lines):
    """Lines that begin with blanks are typed so; others are sentences."""
    typed = False
    for line in lines:
        if line.startswith("  ") != typed:
            typed = not typed
            yield ".EX" if typed else ".EE"
        yield roff(line) if line else ".PP"
    if typed:
        yield ".EE"


def page_of(name, pages, version, date, files):
    (_, top), *commands = pages
    summary = top["summary"].rstrip(".")
    yield f'.TH {roff(name.upper())} 1 "{date}" "{name} {version}" "Plotmeter"'
    yield from (".SH NAME", f"{roff(name)} \\- {roff(summary[0].lower() + summary[1:] if summary[1].islower() else summary)}")
    yield from (".SH SYNOPSIS", f".B {roff(name)}", roff(top["usage"].removeprefix(name).strip()))
    yield ".SH DESCRIPTION"
    yield from prose(top["more"] or [top["summary"]])
    yield ".SH OPTIONS"
    yield from table(top["tables"].get("Options", []))
    if commands:
        yield ".SH COMMANDS"
    for words, page in commands:
        yield f'.SS "{roff(" ".join(words))}"'
        yield roff(page["summary"])
        if "Subcommands" in page["tables"]:
            continue  # a word that only begins commands, which follow
        yield ".PP"
        yield f"\\fB{roff(' '.join([name, *words]))}\\fR {roff(page['usage'].removeprefix(' '.join([name, *words])).strip())}"
        if page["more"]:
            yield ".PP"
            yield from prose(page["more"])
        yield from table(page["tables"].get("Positionals", []))
        yield from table(row for row in page["tables"].get("Options", []) if row[0] not in ("-h,--help",))
    if commands:
        yield from (".SH ENVIRONMENT", "Every option of a command that may stand in the settings file is also a variable: \\fB\\-\\-log\\-file\\fR is",
                    ".BR PLOTMETER_LOG_FILE .", "An option wins over a variable, and that over the file.")
    if files:
        yield ".SH FILES"
        for file in files:
            path, _, words = file.partition(":")
            yield from (".TP", f".I {roff(path)}", roff(words))
    yield ".SH EXIT STATUS"
    for code, words in (("0", "It did what was asked."), ("1", "It failed; why is on standard error."), ("2", "Wrong use: an option or a setting that cannot be meant.")):
        yield from (".TP", f".B {code}", words)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--date", required=True, help="of the page, 2026-11-22")
    parser.add_argument("--file", action="append", default=[], metavar="PATH:WORDS", help="a file it uses, and what that is")
    options = parser.parse_args()
    name = os.path.basename(options.program)
    version = subprocess.run([options.program, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout.split()[-1]
    try:
        for line in page_of(name, list(helps(options.program)), version, options.date, options.file):
            print(line)
    except NotUnderstood as failed:
        print(f"manual.py: {name}: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

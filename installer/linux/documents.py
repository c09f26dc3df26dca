#!/usr/bin/python3
"""Makes the documents of a Debian package: its manual page, copyright and change log, and the list of what is compiled in (sbom.py).

They are compressed without a time of their own, and dated by SOURCE_DATE_EPOCH: the same sources give the same bytes.
"""

import argparse
import datetime
import email.utils
import gzip
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SBOM = os.path.join(HERE, "..", "sbom.py")

COPYRIGHT = """{notice}
Plotmeter is licensed under the Apache License, Version 2.0; on Debian systems its text is in
/usr/share/common-licenses/Apache-2.0.

{compiled}"""

CHANGES = """plotmeter ({version}) unstable; urgency=medium

  * Plotmeter {upstream}.

 -- Plotmeter authors <packages@plotmeter.invalid>  {date}
"""


def run(*words):
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True).stdout


def write_gz(path, text):
    with open(path, "wb") as out, gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as packed:
        packed.write(text.encode("utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--name", required=True, help="of the package and of the program")
    parser.add_argument("--file", action="append", default=[], metavar="PATH:WORDS", help="a file that the manual names")
    parser.add_argument("--package-version", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--output", required=True)
    options = parser.parse_args()
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch.isdigit():
        print(f"documents.py: the variable SOURCE_DATE_EPOCH is '{epoch}'; expected seconds since 1970, as ./x packages sets it", file=sys.stderr)
        return 1
    at = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
    name = options.name
    path = lambda file: os.path.join(options.output, file)  # noqa: E731
    os.makedirs(options.output, exist_ok=True)

    with open(path("components.json"), "w", encoding="utf-8") as f:
        f.write(run(SBOM, "components", "--build", options.build, "--program", name))
    write_gz(path(f"{name}.1.gz"), run(
        os.path.join(HERE, "manual.py"), "--program", options.program, "--date", at.strftime("%Y-%m-%d"),
        *(word for file in options.file for word in ("--file", file))))
    with open(os.path.join(HERE, "..", "..", "NOTICE"), encoding="utf-8") as f:
        notice = f.read()
    with open(path("copyright"), "w", encoding="utf-8") as f:
        f.write(COPYRIGHT.format(notice=notice, compiled=run(SBOM, "licences", "--components", path("components.json"))))
    write_gz(path("changelog.Debian.gz"), CHANGES.format(
        version=options.package_version, upstream=options.package_version.rpartition("-")[0], date=email.utils.format_datetime(at)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

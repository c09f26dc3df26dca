#!/usr/bin/python3
"""Writes the bill of materials of an artefact: SPDX 2.3 JSON, with what really went into it.

    sbom.py components --build build/release --program plotmeter-collector > components.json
    sbom.py spdx --artefact FILE --name plotmeter-collector --version 0.1.0 --components components.json > FILE.spdx.json
    sbom.py cross --versions VERSIONS > components.json      the same for the program for Windows, all of which is compiled in
    sbom.py licences --components components.json      the copyright files of what is compiled in, one after the other

`components` asks the build, not a list: the headers and libraries that ninja noted for the program's objects, and the shared libraries
that its loader finds, each by the Debian package whose file it is. An artefact that is built elsewhere brings a file of the same shape:

    {"components": [{"name": "libssl3", "version": "3.0.17-1~deb12u2", "linkage": "shared", "licence": "Apache-2.0",
                     "source": "openssl", "purl": "pkg:deb/debian/libssl3@3.0.17-1~deb12u2?arch=amd64"}]}

`linkage` is compiled (headers, static libraries: their code is in the artefact), shared (loaded by the program itself) or indirect (loaded
by one of those). `licence` is an SPDX expression or absent; `source` and `purl` may be absent.

The same artefact gives the same bytes: the time is SOURCE_DATE_EPOCH, the namespace is made of the artefact's hash.
"""

import argparse
import datetime
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import urllib.parse

LINKAGES = {"compiled": "STATIC_LINK", "shared": "DYNAMIC_LINK", "indirect": "DEPENDS_ON"}

# By Debian source package: what the project's NOTICE says of those it uses; the licences of all others are left to their copyright files.
LICENCES = {
    "boost1.74": "BSL-1.0", "boost1.81": "BSL-1.0", "cli11": "BSD-3-Clause", "cpprest": "MIT", "curl": "curl", "fmtlib": "MIT", "howardhinnant-date": "MIT", "libsodium": "ISC",
    "net-snmp": "Net-SNMP", "nlohmann-json3": "MIT", "openssl": "Apache-2.0", "pugixml": "MIT", "spdlog": "MIT", "sqlite3": "blessing", "tomlplusplus": "MIT",
    "zlib": "Zlib",
}


# Whose licences ask for no notice in a binary: of the compiler, the C library and the kernel it has what any program may have, and Boost's excepts
# "machine-executable object code".
WITHOUT_NOTICE = {"boost1.74", "gcc-12", "glibc", "linux"}


class Wrong(Exception):
    """What cannot be described, in a sentence."""


def run(*words, **how):
    return subprocess.run(words, capture_output=True, text=True, check=True, **how).stdout


def owners(paths):
    """The Debian package of each path, by path; a path that belongs to none is absent."""
    wanted = {}
    for path in paths:
        real = os.path.realpath(path)
        # dpkg knows a file by where its package put it; /lib is a link to /usr/lib on a merged system.
        for way in {path, real, real.removeprefix("/usr"), os.path.normpath(path)}:
            wanted.setdefault(way, path)
    found = {}
    ways = sorted(wanted)
    for i in range(0, len(ways), 500):
        said = subprocess.run(["dpkg-query", "-S", *ways[i:i + 500]], capture_output=True, text=True, check=False).stdout
        for line in said.splitlines():
            packages, _, path = line.partition(": ")
            if path in wanted and not packages.startswith("diversion "):
                found[wanted[path]] = packages.split(", ")[0]
    return found


def compiled_in(build, program):
    """Headers and static libraries outside the build and the source that went into the program."""
    inputs = run("ninja", "-C", build, "-t", "inputs", f"bin/{program}").splitlines()
    inputs = [line for line in inputs if not line.startswith("ninja: ")]
    objects = [line for line in inputs if line.endswith(".o")]
    if not objects:
        raise Wrong(f"ninja knows no object of {program} in {build}; build it first")
    used = {line for line in inputs if line.startswith("/usr/") and line.endswith(".a")}
    for i in range(0, len(objects), 100):
        for line in run("ninja", "-C", build, "-t", "deps", *objects[i:i + 100]).splitlines():
            if line.startswith("    /usr/"):
                used.add(os.path.normpath(line.strip()))
            elif "deps not found" in line:
                raise Wrong(f"ninja did not note what {line.split(':')[0]} includes")
    return used


def loaded(binary):
    """(libraries the program names itself, those that come with them), as paths."""
    named = set(re.findall(r"^\s*NEEDED\s+(\S+)$", run("objdump", "-p", binary), re.MULTILINE))
    found = dict(re.findall(r"^\s*(\S+) => (/\S+) \(", run("ldd", binary), re.MULTILINE))
    missing = named - set(found) - {"ld-linux-x86-64.so.2"}
    if missing:
        raise Wrong(f"the loader does not find {', '.join(sorted(missing))}")
    return {path for name, path in found.items() if name in named}, {path for name, path in found.items() if name not in named}


def components_of(build, program):
    shared, indirect = loaded(os.path.join(build, "bin", program))
    linkage = {}
    for kind, paths in (("indirect", indirect), ("compiled", compiled_in(build, program)), ("shared", shared)):
        owner = owners(paths)
        homeless = sorted(set(paths) - set(owner))
        if homeless:
            raise Wrong(f"no Debian package has {homeless[0]}" + (f" and {len(homeless) - 1} more" if len(homeless) > 1 else ""))
        for package in owner.values():
            linkage[package] = kind
    made = []
    for package, kind in sorted(linkage.items()):
        name, version, source, arch = run("dpkg-query", "-W", "-f", "${Package}\t${Version}\t${source:Package}\t${Architecture}", package).split("\t")
        component = {"name": name, "version": version, "linkage": kind, "source": source, "purl": f"pkg:deb/debian/{name}@{urllib.parse.quote(version, safe='')}?arch={arch}"}
        if source in LICENCES:
            component["licence"] = LICENCES[source]
        made.append(component)
    return {"components": made}


# What a program for Windows has of its compiler: libgcc, libstdc++ and winpthreads, and the C runtime's start.
CROSS_RUNTIME = ("gcc-mingw-w64-x86-64-posix-runtime", "mingw-w64-x86-64-dev")
ONLY_TESTS = {"googletest"}


def cross_components(versions):
    """Of the lines "NAME source|deb VERSION" that installer/windows/dependencies keeps beside what it built."""
    made = []
    for line in versions.splitlines():
        words = line.split()
        if len(words) != 3 or words[1] not in ("source", "deb"):
            raise Wrong(f"a line of the versions is {line!r}; expected NAME source|deb VERSION")
        name, kind, version = words
        if name in ONLY_TESTS:
            continue
        source = name if kind == "source" else re.sub(r"^lib(boost[0-9.]+|cli11|tomlplusplus)-dev$", r"\1", name).removesuffix("-dev")
        arch = "source" if kind == "source" else "all"
        component = {"name": name, "version": version, "linkage": "compiled", "source": source,
                     "purl": f"pkg:deb/debian/{name}@{urllib.parse.quote(version, safe='')}?arch={arch}"}
        licence = LICENCES.get(source.replace("libz-mingw-w64", "zlib"))
        if licence:
            component["licence"] = licence
        made.append(component)
    for package in CROSS_RUNTIME:
        name, version, source = run("dpkg-query", "-W", "-f", "${Package}\t${Version}\t${source:Package}", package).split("\t")
        made.append({"name": name, "version": version, "linkage": "compiled", "source": source,
                     "purl": f"pkg:deb/debian/{name}@{urllib.parse.quote(version, safe='')}?arch=all"})
    return {"components": made}


def checked(document):
    """The components of a file, each with what it must have; raises Wrong that names what is not so."""
    components = document.get("components") if isinstance(document, dict) else None
    if not isinstance(components, list) or not components:
        raise Wrong("expected {\"components\": […]} with at least one component")
    for i, component in enumerate(components):
        for field in ("name", "version", "linkage"):
            if not isinstance(component, dict) or not isinstance(component.get(field), str) or not component[field]:
                raise Wrong(f"components[{i}].{field} is missing; expected a text")
        if component["linkage"] not in LINKAGES:
            raise Wrong(f"components[{i}].linkage is {component['linkage']!r}; expected one of {', '.join(LINKAGES)}")
    return components


def spdx_of(artefact, name, version, components, epoch):
    with open(artefact, "rb") as f:
        content = f.read()
    sha256 = hashlib.sha256(content).hexdigest()
    packages = [{
        "SPDXID": "SPDXRef-artefact", "name": name, "versionInfo": version, "packageFileName": os.path.basename(artefact),
        "supplier": "Organization: Plotmeter authors", "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
        "checksums": [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(content).hexdigest()}, {"algorithm": "SHA256", "checksumValue": sha256}],
        "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0", "copyrightText": "Copyright 2026 the Plotmeter authors",
        "primaryPackagePurpose": "INSTALL",
    }]
    relations = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-artefact"}]
    for component in sorted(components, key=lambda c: (c["name"], c["version"])):
        reference = "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", f"{component['name']}-{component['version']}")
        package = {
            "SPDXID": reference, "name": component["name"], "versionInfo": component["version"], "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "licenseConcluded": "NOASSERTION", "licenseDeclared": component.get("licence", "NOASSERTION"),
            "copyrightText": "NOASSERTION", "primaryPackagePurpose": "LIBRARY",
        }
        if "source" in component:
            package["sourceInfo"] = f"built from Debian source package {component['source']}" if "deb/debian" in component.get("purl", "") else component["source"]
        if "purl" in component:
            package["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": component["purl"]}]
        packages.append(package)
        relations.append({"spdxElementId": "SPDXRef-artefact", "relationshipType": LINKAGES[component["linkage"]], "relatedSpdxElement": reference})
    ids = [package["SPDXID"] for package in packages]
    twice = {one for one in ids if ids.count(one) > 1}
    if twice:
        raise Wrong(f"{sorted(twice)[0]} is there twice")
    created = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"{name}-{version}",
        "documentNamespace": f"https://plotmeter.invalid/spdx/{name}-{version}-{sha256}",
        "creationInfo": {"created": created, "creators": ["Organization: Plotmeter authors", "Tool: plotmeter-sbom"]},
        "packages": packages, "relationships": relations,
    }


def read(path):
    with open(path, encoding="utf-8") as f:
        return checked(json.load(f))


def write_licences(components):
    """What the licences of compiled-in code ask for: its notices travel with the binary."""
    print("Code of these libraries is compiled into the program. Their copyright notices and licences, as Debian keeps them:")
    for component in components:
        if component["linkage"] != "compiled" or component.get("source") in WITHOUT_NOTICE:
            continue
        found = glob.glob(f"/usr/share/doc/{component['name']}/copyright")
        if not found:
            raise Wrong(f"{component['name']} has no copyright file; a Debian package has one")
        with open(found[0], encoding="utf-8") as f:
            print(f"\n\n==== {component['name']} {component['version']}\n\n{f.read().rstrip()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    acts = parser.add_subparsers(dest="act", required=True)
    find = acts.add_parser("components", help="what went into a program of a build directory")
    find.add_argument("--build", required=True)
    find.add_argument("--program", required=True)
    write = acts.add_parser("spdx", help="the bill of materials of an artefact")
    write.add_argument("--artefact", required=True)
    write.add_argument("--name", required=True)
    write.add_argument("--version", required=True)
    write.add_argument("--components", required=True)
    cross = acts.add_parser("cross", help="what is in the program for Windows")
    cross.add_argument("--versions", required=True)
    tell = acts.add_parser("licences", help="copyright notices of what is compiled in")
    tell.add_argument("--components", required=True)
    options = parser.parse_args()
    try:
        if options.act == "components":
            print(json.dumps(components_of(options.build, options.program), indent=1))
        elif options.act == "cross":
            with open(options.versions, encoding="utf-8") as f:
                print(json.dumps(cross_components(f.read()), indent=1))
        elif options.act == "spdx":
            epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
            if not epoch.isdigit():
                raise Wrong(f"the variable SOURCE_DATE_EPOCH is '{epoch}'; expected seconds since 1970")
            print(json.dumps(spdx_of(options.artefact, options.name, options.version, read(options.components), int(epoch)), indent=1))
        else:
            write_licences(read(options.components))
    except (Wrong, OSError, ValueError) as failed:
        print(f"sbom.py: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

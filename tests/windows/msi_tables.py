#!/usr/bin/python3
"""Every table of the installer, as a golden file and by what each must hold: wixl leaves things out without a word.

    msi_tables.py --build installer/windows/msi/build --golden tests/golden/msi    PLOTMETER_GOLDEN=write writes it anew
"""

import argparse
import difflib
import os
import shutil
import subprocess
import sys
import tempfile

IN_SCRIPT, ROLLBACK, COMMIT, NO_IMPERSONATE, HIDE = 0x400, 0x100, 0x200, 0x800, 0x2000
DEFERRED = IN_SCRIPT | NO_IMPERSONATE
VOLATILE = ("_SummaryInformation",)  # the package code in it comes from all bytes, the compiler's too; asserted by itself


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


def told(*command, folder=None):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    expect(done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout.replace("\r", "")


class Package:
    def __init__(self, path):
        self.path = path
        self.names = sorted(told("msiinfo", "tables", path).split())
        # It leaves the contents of binary columns in the folder that it is called in.
        self.texts = {name: told("msiinfo", "export", path, name, folder=os.path.dirname(path)) for name in self.names}

    def rows(self, table):
        """By the first column; the others by their names."""
        lines = self.texts[table].splitlines()
        columns = lines[0].split("\t")
        return {line.split("\t")[0]: dict(zip(columns, line.split("\t"))) for line in lines[3:]}

    def summary(self):
        return dict(line.split(": ", 1) for line in told("msiinfo", "suminfo", self.path).splitlines() if ": " in line)

    def text(self):
        """All tables, their rows in order: the order within a table means nothing."""
        parts = []
        for name in self.names:
            if name in VOLATILE:
                continue
            lines = self.texts[name].splitlines()
            parts.append("\n".join([f"=== {name}", *lines[:2], *sorted(lines[3:])]))
        return "\n".join(parts) + "\n"


def actions(package):
    types = {name: int(row["Type"]) for name, row in package.rows("CustomAction").items()}
    expect(types == {"RememberPortal": 51, "SealSecrets": 1 | HIDE, "HandOver": 1 | HIDE, "KeepSettings": 1 | DEFERRED | HIDE, "EnrolCollector": 1 | DEFERRED | HIDE,
                     "RestoreSettings": 1 | DEFERRED | ROLLBACK | 64, "AcceptSettings": 1 | DEFERRED | COMMIT | 64,
                     "PurgeData": 1 | DEFERRED | COMMIT | 64}, f"types of actions: {types}")
    expect(all("CODE" not in row["Target"] for row in package.rows("CustomAction").values()), "the code is handed over in the open")
    sequence = {name: int(row["Sequence"]) for name, row in package.rows("InstallExecuteSequence").items()}
    wanted = ["SealSecrets", "AppSearch", "RememberPortal", "LaunchConditions", "CostFinalize", "HandOver", "InstallInitialize", "RemoveExistingProducts",
              "StopServices", "DeleteServices", "CreateFolders", "InstallFiles", "RestoreSettings", "KeepSettings", "AcceptSettings",
              "WriteRegistryValues", "InstallServices", "MsiConfigureServices", "EnrolCollector", "StartServices", "PurgeData", "InstallFinalize"]
    expect(sorted(wanted, key=sequence.get) == wanted and len({sequence[name] for name in wanted}) == len(wanted), f"the order: {sequence}")
    conditions = {name: row["Condition"] for name, row in package.rows("InstallExecuteSequence").items()}
    expect(conditions["EnrolCollector"] == "HasCode AND NOT REMOVE", "enrols without a code")
    for part in ('REMOVE = "ALL"', 'PURGE = "1"', "NOT UPGRADINGPRODUCTCODE"):
        expect(part in conditions["PurgeData"], f"the data is purged without {part}")


def properties(package):
    values = {name: row["Value"] for name, row in package.rows("Property").items()}
    hidden, secure = values["MsiHiddenProperties"].split(";"), values["SecureCustomProperties"].split(";")
    expect({"CODE", "PROXY", "Secrets", "KeepSettings", "EnrolCollector"} <= set(hidden), f"logs show them: all but {hidden}")
    expect({"PORTAL", "CODE", "PROXY", "RANGES", "CA", "PURGE", "NEWERFOUND", "OLDERFOUND"} <= set(secure), f"lost on the way: all but {secure}")
    expect(not {"CODE", "PORTAL", "PROXY", "RANGES", "CA", "PURGE"} & set(values), "a wish has a default")
    expect(values["ALLUSERS"] == "1" and values["ARPPRODUCTICON"] == "plotmeter.ico" and values["ARPHELPLINK"].startswith("https://"),
           f"the entry in Programs: {values}")
    searched = set(package.rows("AppSearch"))
    expect(searched == {"REMEMBEREDPORTAL", "WINDOWSMAJOR"}, f"remembered: {searched}")
    for table in ("Registry", "ServiceInstall", "Directory", "Component"):
        for word in ("[CODE]", "[PROXY]", "[Secrets]", "[EnrolCollector]", "[KeepSettings]"):
            expect(word not in package.texts[table], f"{word} is kept by the table {table}")
    for name in package.rows("Directory"):
        expect(name == "TARGETDIR" or name != name.upper(), f"the folder {name} can be set from a command line")


def service(package):
    (row,) = package.rows("ServiceInstall").values()
    expect((row["Name"], row["ServiceType"], row["StartType"], row["StartName"]) == ("PlotmeterCollector", "16", "2", ""), f"the service: {row}")
    expect(int(row["ErrorControl"]) & 0x8000, "an installation without its service would be a success")
    expect(row["Arguments"] == 'run --config "[DataFolder]collector.toml"', f"its command: {row}")
    (control,) = package.rows("ServiceControl").values()
    expect((control["Name"], control["Event"], control["Wait"]) == ("PlotmeterCollector", str(1 | 2 | 0x20 | 0x80), "1"), f"its life: {control}")
    refined = {row["ConfigType"]: row["Argument"] for row in package.rows("MsiServiceConfig").values()}
    expect(refined == {"3": "1", "4": "1", "7": "30000"}, f"delayed start, failure by exit code, preshutdown: {refined}")
    (failure,) = package.rows("MsiServiceConfigFailureActions").values()
    expect((failure["Actions"], failure["DelayActions"], failure["ResetPeriod"]) == ("1[~]1[~]1", "60000[~]60000[~]300000", "86400"),
           f"after a failure: {failure}")
    registry = {row["Name"]: row for row in package.rows("Registry").values()}
    expect(registry["EventMessageFile"]["Value"] == "#%[ProgramFolder]plotmeter-collector.exe" and registry["TypesSupported"]["Value"] == "#7",
           f"the source of events: {registry}")
    expect({row["Root"] for row in registry.values()} == {"2"}, "written elsewhere than HKLM")


def files(package, version):
    (row,) = package.rows("File").values()
    expect((row["Version"], row["Language"]) == (version + ".0", "1033"), f"without its version Windows may remove the exe at an upgrade: {row}")
    expect(not package.rows("MsiFileHash"), "a file with a version has no hash")
    expect(all(int(row["Attributes"]) & 0x100 for row in package.rows("Component").values()), "a component is not 64-bit")
    (lock,) = package.rows("MsiLockPermissionsEx").values()
    expect((lock["LockObject"], lock["Table"], lock["SDDLText"]) == ("DataFolder", "CreateFolder", "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"),
           f"the data folder is open: {lock}")
    expect("DataFolder" in package.rows("CreateFolder") and not package.rows("RemoveFile"), "data would be removed")


def versions(build, folder, first):
    """What stays from version to version, what does not, and what is no version."""
    # From a copy elsewhere: it has to compile its library of actions itself.
    elsewhere = os.path.join(folder, "in", "another", "place", "installer", "windows")
    shutil.copytree(os.path.join(os.path.dirname(build), ".."), elsewhere)
    again = Package(made(os.path.join(elsewhere, "msi", "build"), folder, "1.2.3", "again"))
    next_one = Package(made(build, folder, "1.2.4", "next"))
    with open(first.path, "rb") as a, open(again.path, "rb") as b:
        expect(a.read() == b.read(), "built twice, it is not the same")
    code, next_code = (package.rows("Property")["ProductCode"]["Value"] for package in (first, next_one))
    expect(code != next_code, "two versions of one product code: Windows would not upgrade")
    expect(first.rows("Property")["UpgradeCode"]["Value"] == next_one.rows("Property")["UpgradeCode"]["Value"] ==
           "{3C1B6A52-7E0D-4B8F-9A46-D2F05C83E1B7}", "the upgrade code changed: the installed ones would not be found")
    revision = "Revision number (UUID)"
    expect(first.summary()[revision] != next_one.summary()[revision], "two packages of one code")
    expect(first.summary()["Template"] == "x64;1033" and first.summary()["Version"].startswith("500 "), f"summary: {first.summary()}")
    for wrong in ("1.2", "1.2.3.4", "256.0.0", "1.2.65536", "v1.2.3", ""):
        done = subprocess.run([build, "/dev/null", wrong, os.path.join(folder, "wrong.msi")], capture_output=True, text=True, check=False)
        expect(done.returncode == 1 and f"the version is '{wrong}'" in done.stderr, f"took '{wrong}': {done}")


def made(build, folder, version, name):
    exe = os.path.join(folder, "any.exe")
    with open(exe, "wb") as file:
        file.write(b"MZ" + bytes(4094))
    path = os.path.join(folder, name + ".msi")
    told(build, exe, version, path)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--golden", required=True)
    given = parser.parse_args()
    given.build = os.path.abspath(given.build)
    with tempfile.TemporaryDirectory(prefix="plotmeter-msi-") as folder:
        package = Package(made(given.build, folder, "1.2.3", "first"))
        actions(package)
        properties(package)
        service(package)
        files(package, "1.2.3")
        versions(given.build, folder, package)
        golden = os.path.join(given.golden, "tables.golden")
        if os.environ.get("PLOTMETER_GOLDEN") == "write":
            os.makedirs(given.golden, exist_ok=True)
            with open(golden, "w", encoding="utf-8") as file:
                file.write(package.text())
        with open(golden, encoding="utf-8") as file:
            wanted = file.read()
        if wanted != package.text():
            print("\n".join(difflib.unified_diff(wanted.splitlines(), package.text().splitlines(), golden, "built", lineterm="")))
            sys.exit(f"{golden} is not what was built; PLOTMETER_GOLDEN=write takes it")


main()

#!/usr/bin/python3
"""One file with nothing beside it: the program imports DLLs of Windows only, is no larger than promised, and says who it is."""

import os
import re
import subprocess

from world import arguments, expect

# Part of every Windows 10 and Server 2016.
OF_WINDOWS = {"advapi32.dll", "bcrypt.dll", "crypt32.dll", "gdi32.dll", "iphlpapi.dll", "kernel32.dll", "msvcrt.dll", "mswsock.dll",
              "ole32.dll", "shell32.dll", "user32.dll", "ws2_32.dll", "wldap32.dll", "winmm.dll"}
LARGEST = 10_000_000  # bytes


def main():
    given = arguments(__doc__)
    said = subprocess.run(["x86_64-w64-mingw32-objdump", "-p", given.exe], capture_output=True, text=True, check=True).stdout
    imports = {name.lower() for name in re.findall(r"DLL Name: (\S+)", said)}
    expect(imports, "no import was read: " + said[:500])
    expect(imports <= OF_WINDOWS, f"imports what may not be there: {sorted(imports - OF_WINDOWS)}")
    size = os.path.getsize(given.exe)
    expect(size <= LARGEST, f"{size} bytes; promised are {LARGEST}")
    sections = subprocess.run(["x86_64-w64-mingw32-objdump", "-h", given.exe], capture_output=True, text=True, check=True).stdout
    expect(".debug" not in sections, "debug information is left in it")
    with open(given.exe, "rb") as file:
        content = file.read()
    for word in ("Plotmeter collector", "FileVersion", "The Plotmeter collector runs"):
        expect(word.encode("utf-16-le") in content, f"its resources do not say '{word}'")
    expect(b"activeCodePage" in content, "it has no manifest")
    home = os.path.expanduser("~").encode()
    expect(home not in content or len(home) < 5 and b"/.cache/" not in content, "it tells where it was built")
    # Such a path depends on the compiler cache: with it, it begins with "../..", without it with ".".
    sources = re.findall(rb"(?:common|proto|collector)/[\w/]+\.(?:cpp|h)\b", content)
    expect(not sources, f"it names its own sources: {sorted(set(sources))}")
    print(f"{size} bytes, imports {', '.join(sorted(imports))}")


main()

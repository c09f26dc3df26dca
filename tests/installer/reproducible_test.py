#!/usr/bin/python3
"""installer/reproducible compares what was built, byte by byte: here of small files, since its second build takes minutes (`./x reproducible`)."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../installer/reproducible")


class Compared(unittest.TestCase):
    """A clone with what it has built, and another one."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="plotmeter-reproducible-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.here, self.there = (self.clone(name) for name in ("here", "there"))

    def clone(self, name):
        root = os.path.join(self.folder, name)
        os.makedirs(os.path.join(root, "installer"))
        shutil.copy(SCRIPT, os.path.join(root, "installer"))
        self.make(root, "packages", {"plotmeter-collector.deb": b"!<arch>", "plotmeter-collector.deb.spdx.json": b"{}"})
        self.make(root, "windows", {"bin/plotmeter-collector.exe": b"MZ", "plotmeter-collector.msi": b"\xd0\xcf"})
        return root

    @staticmethod
    def make(root, maker, files):
        lines = []
        for name, content in files.items():
            path = os.path.join(root, "build", maker, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
            lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        with open(os.path.join(root, "build", maker, "SHA256SUMS"), "w", encoding="ascii") as file:
            file.writelines(lines)

    def compare(self, *words):
        done = subprocess.run([os.path.join(self.here, "installer/reproducible"), *words], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def spoil(self, name):
        with open(os.path.join(self.there, "build", name), "r+b") as file:
            file.seek(1)
            file.write(b"?")

    def test_the_same_bytes_are_reproducible(self):
        code, said = self.compare("--against", self.there)
        self.assertEqual((code, "6 files, and the second build gave the same bytes (packages windows)" in said), (0, True), said)

    def test_one_byte_is_enough_wherever_it_is(self):
        for name in ("packages/plotmeter-collector.deb", "packages/plotmeter-collector.deb.spdx.json", "windows/bin/plotmeter-collector.exe",
                     "windows/plotmeter-collector.msi", "windows/SHA256SUMS"):
            with self.subTest(name):
                self.there = self.clone(name.replace("/", "-"))
                self.spoil(name)
                code, said = self.compare("--against", self.there)
                self.assertEqual(code, 1, said)
                self.assertIn(f"build/{name}", said)
                self.assertIn("byte 2", said)
                self.assertIn("1 of 6 files differ", said)
                self.assertTrue(os.path.exists(os.path.join(self.here, "build/again", name.split("/", 1)[1])), said)

    def test_looks_at_what_is_asked_for_only(self):
        self.spoil("windows/plotmeter-collector.msi")
        self.assertEqual(self.compare("packages", "--against", self.there)[0], 0)
        self.assertEqual(self.compare("windows", "--against", self.there)[0], 1)

    def test_a_file_that_only_one_has_differs(self):
        self.make(self.there, "packages", {"plotmeter-collector.deb": b"!<arch>"})
        os.remove(os.path.join(self.there, "build/packages/plotmeter-collector.deb.spdx.json"))
        code, said = self.compare("--against", self.there)
        self.assertEqual((code, "2 of 6 files differ" in said), (1, True), said)

    def test_nothing_to_compare_is_no_success(self):
        shutil.rmtree(os.path.join(self.there, "build/windows"))
        code, said = self.compare("--against", self.there)
        self.assertEqual((code, "./x windows makes it" in said), (2, True), said)
        shutil.rmtree(os.path.join(self.here, "build/packages"))
        code, said = self.compare()
        self.assertEqual((code, "build/packages has nothing to compare with; ./x packages makes it" in said), (2, True), said)
        code, said = self.compare("package")
        self.assertEqual((code, "'package' is none of" in said), (2, True), said)
        self.assertEqual(self.compare("--against", "/nowhere/at/all")[0], 2)


if __name__ == "__main__":
    unittest.main()

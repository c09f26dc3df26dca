#!/usr/bin/python3
"""installer/sbom.py: what SPDX 2.3 requires is there, the hash is the artefact's, the same artefact gives the same bytes, and bad input is named."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import jsonschema

SBOM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "installer", "sbom.py")

COMPONENTS = {"components": [
    {"name": "libssl3", "version": "3.0.17-1~deb12u2", "linkage": "shared", "licence": "Apache-2.0", "source": "openssl",
     "purl": "pkg:deb/debian/libssl3@3.0.17-1~deb12u2?arch=amd64"},
    {"name": "zlib", "version": "1.2.13", "linkage": "compiled"},
    {"name": "libc6", "version": "2.36", "linkage": "indirect"},
]}

ID = {"type": "string", "pattern": "^SPDXRef-[A-Za-z0-9.-]+$"}
# The fields that SPDX 2.3 requires of a document, a package without its files and a relationship (clauses 6, 7 and 11), and their forms.
REQUIRED = {
    "type": "object",
    "required": ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo", "packages", "relationships"],
    "properties": {
        "spdxVersion": {"const": "SPDX-2.3"}, "dataLicense": {"const": "CC0-1.0"}, "SPDXID": {"const": "SPDXRef-DOCUMENT"},
        "name": {"type": "string", "minLength": 1},
        "documentNamespace": {"type": "string", "pattern": "^https?://[^#]+$"},
        "creationInfo": {
            "type": "object", "required": ["created", "creators"],
            "properties": {
                "created": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
                "creators": {"type": "array", "minItems": 1, "items": {"pattern": "^(Tool|Organization|Person): "}}}},
        "packages": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["SPDXID", "name", "downloadLocation"],
            "properties": {
                "SPDXID": ID, "filesAnalyzed": {"const": False},
                "downloadLocation": {"pattern": "^(NOASSERTION|NONE|https?://.*)$"},
                "checksums": {"items": {"required": ["algorithm", "checksumValue"], "properties": {"algorithm": {"enum": ["SHA1", "SHA256"]}}}},
                "externalRefs": {"items": {"required": ["referenceCategory", "referenceType", "referenceLocator"],
                                           "properties": {"referenceCategory": {"enum": ["PACKAGE-MANAGER"]}, "referenceType": {"const": "purl"}}}}}}},
        "relationships": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["spdxElementId", "relationshipType", "relatedSpdxElement"],
            "properties": {"relationshipType": {"enum": ["DESCRIBES", "STATIC_LINK", "DYNAMIC_LINK", "DEPENDS_ON"]}}}},
    },
}


class SbomTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.artefact = os.path.join(scratch.name, "plotmeter-collector.exe")
        self.components = os.path.join(scratch.name, "components.json")
        with open(self.artefact, "wb") as f:
            f.write(b"MZ and so on")
        self.write(COMPONENTS)

    def write(self, components):
        with open(self.components, "w", encoding="utf-8") as f:
            json.dump(components, f)

    def ask(self, epoch="1795338000"):
        return subprocess.run(
            [sys.executable, SBOM, "spdx", "--artefact", self.artefact, "--name", "plotmeter-collector", "--version", "1.2.3", "--components", self.components],
            env={**os.environ, "SOURCE_DATE_EPOCH": epoch}, capture_output=True, text=True, check=False)

    def test_has_what_spdx_requires(self):
        done = self.ask()
        self.assertEqual(done.returncode, 0, done.stderr)
        bill = json.loads(done.stdout)
        jsonschema.validate(bill, REQUIRED)
        ids = [package["SPDXID"] for package in bill["packages"]]
        self.assertEqual(len(ids), len(set(ids)))
        for relation in bill["relationships"]:
            for end in ("spdxElementId", "relatedSpdxElement"):
                self.assertIn(relation[end], [*ids, "SPDXRef-DOCUMENT"])
        self.assertEqual({(r["relationshipType"], r["relatedSpdxElement"]) for r in bill["relationships"]}, {
            ("DESCRIBES", "SPDXRef-artefact"), ("DYNAMIC_LINK", "SPDXRef-libssl3-3.0.17-1-deb12u2"), ("STATIC_LINK", "SPDXRef-zlib-1.2.13"),
            ("DEPENDS_ON", "SPDXRef-libc6-2.36")})
        self.assertEqual(bill["creationInfo"]["created"], "2026-11-22T09:00:00Z")

    def test_names_the_very_artefact(self):
        bill = json.loads(self.ask().stdout)
        sha256 = hashlib.sha256(b"MZ and so on").hexdigest()
        self.assertIn({"algorithm": "SHA256", "checksumValue": sha256}, bill["packages"][0]["checksums"])
        self.assertTrue(bill["documentNamespace"].endswith(sha256))
        with open(self.artefact, "ab") as f:
            f.write(b"!")
        self.assertNotIn(sha256, self.ask().stdout)

    def test_says_the_same_of_the_same(self):
        first = self.ask().stdout
        self.write({"components": COMPONENTS["components"][::-1]})
        self.assertEqual(self.ask().stdout, first)

    def test_names_what_is_wrong(self):
        for components, words in (
                ({}, "expected {\"components\""), ({"components": []}, "at least one component"),
                ({"components": [{"name": "a", "version": ""}]}, "components[0].version is missing; expected a text"),
                ({"components": [{"name": "a", "version": "1", "linkage": "glued"}]}, "components[0].linkage is 'glued'; expected one of compiled, shared"),
                ({"components": [{"name": "a", "version": "1", "linkage": "shared"}] * 2}, "SPDXRef-a-1 is there twice")):
            self.write(components)
            done = self.ask()
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(words, done.stderr)
        self.write(COMPONENTS)
        self.assertIn("SOURCE_DATE_EPOCH is 'yesterday'; expected seconds since 1970", self.ask("yesterday").stderr)

    def test_knows_what_the_program_for_windows_is_made_of(self):
        sys.path.insert(0, os.path.dirname(SBOM))
        sys.dont_write_bytecode = True
        import sbom  # noqa: E402
        sbom.CROSS_RUNTIME = ()  # of a compiler that need not be installed here
        made = sbom.cross_components("openssl source 3.0.20-1\ngoogletest source 1.12.1\nlibcli11-dev deb 2.1.2+ds-1\nlibz-mingw-w64-dev deb 1.2.13\n")
        self.assertEqual([(c["name"], c["source"], c["licence"], c["linkage"]) for c in made["components"]], [
            ("openssl", "openssl", "Apache-2.0", "compiled"), ("libcli11-dev", "cli11", "BSD-3-Clause", "compiled"),
            ("libz-mingw-w64-dev", "libz-mingw-w64", "Zlib", "compiled")])
        self.write(made)
        self.assertEqual(self.ask().returncode, 0)
        with self.assertRaisesRegex(sbom.Wrong, "'openssl 3.0'; expected NAME source|deb VERSION"):
            sbom.cross_components("openssl 3.0")

    def test_tells_what_is_in_this_very_test(self):
        """owners(): the package of a file, also where /lib is a link to /usr/lib."""
        sys.path.insert(0, os.path.dirname(SBOM))
        sys.dont_write_bytecode = True
        import sbom  # noqa: E402
        owner = sbom.owners(["/usr/include/zlib.h", "/nowhere"])
        self.assertEqual(list(owner), ["/usr/include/zlib.h"])
        self.assertTrue(owner["/usr/include/zlib.h"].startswith("zlib1g-dev"))
        named, with_them = sbom.loaded("/usr/bin/curl")
        self.assertTrue(any(re.search(r"/libcurl\.so", path) for path in named))
        self.assertFalse(named & with_them)


if __name__ == "__main__":
    unittest.main()

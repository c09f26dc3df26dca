#!/usr/bin/python3
"""installer/linux/manual.py leaves nothing of --help out, and prints none of it as a request of troff."""

import os
import re
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "installer", "linux"))
sys.dont_write_bytecode = True
import manual  # noqa: E402  (lies where the path above says)

REQUESTS = {".TH", ".SH", ".SS", ".TP", ".PP", ".EX", ".EE", ".B", ".I", ".BR"}


def golden(program):
    """(words, parsed help) of every page in the golden file."""
    with open(os.path.join(ROOT, "tests/golden/help", program + ".txt"), encoding="utf-8") as f:
        pages = re.split(rf"^\$ {program}(.*) --help\n", f.read(), flags=re.MULTILINE)[1:]
    return [(words.split(), manual.parse(text)) for words, text in zip(pages[::2], pages[1::2])]


def plain(lines):
    """What a reader sees of the page's lines: escapes undone, fonts left out, blanks as one."""
    text = "\n".join(lines)
    text = re.sub(r"\\f[BIR]", "", text).replace("\\&", "")
    for escape, letter in (("\\(aq", "'"), ("\\(ga", "`"), ("\\(ha", "^"), ("\\(ti", "~"), ("\\-", "-"), ("\\e", "\\")):
        text = text.replace(escape, letter)
    return re.sub(r"\s+", " ", text)


class ManualTest(unittest.TestCase):
    def test_has_every_word_of_every_help(self):
        for program in ("plotmeter-collector", "plotmeter-portal"):
            pages = golden(program)
            self.assertGreater(len(pages), 9)
            lines = list(manual.page_of(program, pages, "1.2.3", "2026-11-22", ["/etc/x:its settings"]))
            page = plain(lines)
            rows = 0
            for words, help_page in pages:
                self.assertIn(" ".join(words), page)
                for line in help_page["more"]:
                    self.assertIn(re.sub(r"\s+", " ", line).strip(), page)
                for table, entries in help_page["tables"].items():
                    for name, text in entries:
                        rows += 1
                        self.assertIn(text, page, f"{program} {words} {table} {name}")
                        self.assertIn(name.replace(",", ", ").split(" ")[-1], page)
            self.assertGreater(rows, 100)

    def test_prints_no_text_as_a_request(self):
        for program in ("plotmeter-collector", "plotmeter-portal"):
            for line in manual.page_of(program, golden(program), "1.2.3", "2026-11-22", []):
                if line[:1] in (".", "'"):
                    self.assertIn(line.split(" ")[0], REQUESTS, line)
        self.assertEqual(manual.roff(".x \\n it's 1-2"), "\\&.x \\en it\\(aqs 1\\-2")

    def test_leaves_out_nothing_that_it_does_not_understand(self):
        for text in ("No usage.\n", "A sentence.\nUsage: x\n\nOptions:\n  --alone\n", "A sentence.\nUsage: x\n\nOptions:\nnot indented\n"):
            with self.assertRaises(manual.NotUnderstood, msg=text):
                manual.parse(text)

    def test_reads_a_table_and_what_follows(self):
        page = manual.parse("Does it.\nUsage: x y [OPTIONS]\n\nOptions:\n  -h,--help                   show this\n  --range R                   where  [all]\n\nTry:\n  x y\n")
        self.assertEqual(page["tables"], {"Options": [("-h,--help", "show this"), ("--range R", "where  [all]")]})
        self.assertEqual(page["more"], ["Try:", "  x y"])


if __name__ == "__main__":
    unittest.main()

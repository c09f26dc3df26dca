"""Draws the icon of the program: a wide printer with a sheet that carries a bar chart. icon.py FILE.ico"""

import struct
import sys
import zlib

BODY, DARK, PAPER, BARS = (38, 70, 110, 255), (24, 44, 70, 255), (250, 250, 250, 255), (
    (0, 150, 200, 255), (200, 40, 120, 255), (235, 190, 0, 255))


def colour(x, y):
    """Of the point (x, y) in a square of side 1, from the upper left."""
    if 0.22 <= x < 0.78 and 0.40 <= y < 0.94:
        for number, (bar, height) in enumerate(zip(BARS, (0.18, 0.34, 0.26))):
            left = 0.30 + 0.15 * number
            if left <= x < left + 0.10 and 0.88 - height <= y < 0.88:
                return bar
        return PAPER
    if 0.04 <= x < 0.96 and 0.14 <= y < 0.50:
        return DARK if y >= 0.40 else BODY
    return (0, 0, 0, 0)


def png(side):
    rows = b"".join(b"\0" + b"".join(bytes(colour((x + 0.5) / side, (y + 0.5) / side)) for x in range(side)) for y in range(side))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def main():
    images = [(side, png(side)) for side in (16, 24, 32, 48, 256)]
    at = 6 + 16 * len(images)
    head = struct.pack("<HHH", 0, 1, len(images))
    for side, image in images:
        head += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(image), at)
        at += len(image)
    with open(sys.argv[1], "wb") as file:
        file.write(head + b"".join(image for _, image in images))


main()

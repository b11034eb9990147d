"""QR codes as an SVG path: the squares are those of the encoder. A browser test shows that a camera reads it."""

import re

import segno

from core import qr

LINK = "https://porch.example.org/#/invitation/dGhpcyBpcyBhIHRva2Vu"


def test_the_path_covers_every_dark_square_once_and_no_other() -> None:
    code = qr.draw(LINK)
    covered = [
        (int(x) + step, int(y))
        for x, y, run, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", code.path)
        if run == back
        for step in range(int(run))
    ]
    matrix = segno.make_qr(LINK, error="m").matrix
    dark = {(x, y) for y, row in enumerate(matrix) for x, square in enumerate(row) if square}
    assert len(covered) == len(set(covered))
    assert set(covered) == dark
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", code.path)
    assert code.size == len(matrix)

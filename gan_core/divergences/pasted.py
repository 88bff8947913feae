"""Pasted text to a `Sample`: numbers in any usual order, or a table with a column of them."""

import re
from collections.abc import Sequence

import numpy as np

from gan_core.catalog import BadInput
from gan_core.divergences.base import Array
from gan_core.divergences.samples import MOST, Sample

_LONGEST = 40 * MOST  # characters; longer text is counted, not read
_GAP = re.compile(r"[\s,;]+")


def read_sample(text: str) -> Sample:
    """The sample in a text: one number a line, numbers between spaces, commas or semicolons, or a
    CSV table, of which the first column of numbers counts.

    It is a table if its first line is a header, or if every line has the same number of cells, two
    at least, between commas, semicolons or tabs. With semicolons a comma is a decimal sign.
    """
    text = text.lstrip("\ufeff").replace('"', " ").strip()
    lines_at_most = 1 + text.count("\n")
    if len(text) > _LONGEST or lines_at_most > 2 * MOST:
        n = max(lines_at_most, 1 + sum(map(text.count, ",; ")))
        raise BadInput(
            f"The sample has about {n:,} numbers, but {MOST:,} at most can be used:"
            f" keep one in {max(2, -(-n // MOST))}."
        )
    lines = [(i, line.strip()) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise BadInput("The sample is empty. Give numbers, one a line or between commas.")
    separator = next((mark for mark in ";\t," if mark in text), None)
    if separator == ";":
        lines = [(i, re.sub(r"(?<=\d),(?=\d)", ".", line)) for i, line in lines]
    table = _table(lines, separator)
    if table is None:
        return Sample(_numbers([(i, word) for i, line in lines for word in _words(line)]))
    header, rows = table
    return Sample(_numbers(_column(header, rows)))


def parse_sample(spec: str) -> Sample:
    """The sample of a spec like sample(1.2,3.4,…), as `str(sample)` writes it."""
    match = re.fullmatch(r"\s*sample\s*\((.*)\)\s*", spec, re.IGNORECASE | re.DOTALL)
    if not match:
        raise BadInput("A sample is written sample(number,number,…), with brackets around all.")
    return read_sample(match[1].replace(",", " "))


def _words(line: str) -> list[str]:
    return [word for word in _GAP.split(line) if word]


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


Row = tuple[int, list[str]]  # the line's number and its cells


def _table(
    lines: list[tuple[int, str]], separator: str | None
) -> tuple[Row | None, list[Row]] | None:
    """(header, rows), or None if the text is a plain list of numbers."""
    rows = [(i, _cells(line, separator)) for i, line in lines]
    widths = {len(cells) for _, cells in rows}
    header = len(rows) > 1 and not any(_is_number(word) for word in _words(lines[0][1]))
    if header and (separator is None or len(rows[0][1]) == len(rows[1][1])):
        return rows[0], rows[1:]
    if separator and len(rows) > 1 and len(widths) == 1 and min(widths) > 1:
        last = {cells[-1] for _, cells in rows}
        return None if last == {""} else (None, rows)
    return None


def _cells(line: str, separator: str | None) -> list[str]:
    cells = line.split(separator) if separator else [line]
    return [cell.strip() for cell in cells]


def _column(header: Row | None, rows: Sequence[Row]) -> list[tuple[int, str]]:
    """(line, entry) down the first column that holds mostly numbers."""
    width = len(rows[0][1])
    for c in range(width):
        entries = [(i, cells[c] if c < len(cells) else "") for i, cells in rows]
        if 2 * sum(_is_number(word) for _, word in entries[:50]) > len(entries[:50]):
            return entries
    titles = f" ({', '.join(header[1])})" if header else ""
    found = rows[0][1][0] if width == 1 else ""
    what = f"“{_short(found)}” in line {rows[0][0]} is no number" if found else "it has no numbers"
    raise BadInput(f"No column of the table{titles} can be a sample: {what}. Paste numbers alone.")


def _numbers(entries: Sequence[tuple[int, str]]) -> Array:
    """The entries (line, word) as numbers; BadInput names the first that is none."""
    if len(entries) > MOST:
        raise BadInput(
            f"The sample has {len(entries):,} numbers, but {MOST:,} at most can be used:"
            f" keep one in {-(-len(entries) // MOST)}."
        )
    try:
        values = np.array([float(word) for _, word in entries])
    except ValueError:
        values = None
    if values is not None and np.isfinite(values).all():
        return values
    for place, (line, word) in enumerate(entries, 1):
        where = f"line {line}" if entries[-1][0] > 1 else f"place {place}"
        if not word:
            raise BadInput(f"The sample has no number in {where}. Remove that line or fill it.")
        if not _is_number(word):
            raise BadInput(
                f"The sample has “{_short(word)}” in {where}, which is no number."
                " Write numbers like -1.5 or 2e3."
            )
        if not np.isfinite(float(word)):
            raise BadInput(
                f"The sample has “{word}” in {where}, but every number must be finite. Remove it."
            )
    raise AssertionError("every entry is a finite number")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"

"""CSV text to rows of two numbers: any usual delimiter, with or without a header."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from gan_core.catalog import BadInput
from gan_core.plane.points import MOST, Cleaned, clean

LARGEST = 10 * 2**20  # bytes of a file, or characters of a text
MOST_ROWS = 1_000_000
_LOOK = 50  # rows that tell the columns
_PIECE = 20_000  # rows read at once


@dataclass(frozen=True)
class Table:
    """The points of a text, and the columns they came from."""

    cleaned: Cleaned
    columns: tuple[str, str]  # their titles, or "column 1" and so on
    others: int  # further columns of numbers, which are not used


def refuse_size(size: int) -> None:
    """BadInput for a file larger than is read; call it before reading."""
    if size > LARGEST:
        raise BadInput(
            f"The file has {size / 2**20:.0f} MB, but {LARGEST >> 20} MB are read at most. Keep"
            " two columns and fewer rows: 100,000 points are used at most."
        )


def read_bytes(raw: bytes) -> Table:
    """The points of a CSV file; UTF-8 or UTF-16 with its mark."""
    refuse_size(len(raw))
    try:
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return read(raw.decode("utf-16"))
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if "\0" in text:
        raise BadInput("The file is not text. Save the table as CSV and upload that.")
    return read(text)


def read(text: str) -> Table:
    """The points of a text: columns `x` and `y` where a header has them, otherwise the first two
    columns of numbers. With semicolons or tabs, a comma is a decimal sign.

    Rows without two finite numbers are skipped and counted (see `points.clean`); BadInput if there
    are no two columns of numbers, or if the points cannot be used.
    """
    refuse_size(len(text))
    lines: Iterator[str] = (
        m[0] for m in re.finditer(r"[^\r\n]*[^\s\r\n][^\r\n]*", text.lstrip("\ufeff"))
    )
    start = list(islice(lines, _LOOK + 1))  # never all at once: a million lines are 60 MB of str
    if not start:
        raise BadInput("There is nothing to read. Give two columns of numbers, one point a line.")
    mark = _delimiter(start)
    lines = chain(start, lines)
    if mark in ";\t":
        lines = (re.sub(r"(?<=\d),(?=\d)", ".", line) for line in lines)
    start = list(islice(lines, len(start)))
    first = _cells(start[0], mark)
    header = not any(_is_number(cell) for cell in first) and any(map(_is_word, first))
    body = start[1:] if header else start
    found = _numeric_columns([_cells(line, mark) for line in body])
    if len(found) < 2:
        raise BadInput(_no_columns(body, found, first if header else []))
    pair = _named(first, found) if header else (found[0], found[1])
    titles = [first[i][:30] if header and i < len(first) else f"column {i + 1}" for i in pair]
    return Table(
        clean(_rows(chain(body, lines), mark, pair)), (titles[0], titles[1]), len(found) - 2
    )


def _rows(lines: Iterator[str], mark: str, pair: tuple[int, int]) -> NDArray[np.float64]:
    """[n, 2], read in pieces; BadInput beyond MOST_ROWS."""
    pieces: list[NDArray[np.float64]] = []
    while piece := list(islice(lines, _PIECE)):
        pieces.append(_numbers(piece, mark, pair))
        if len(pieces) * _PIECE > MOST_ROWS:
            raise BadInput(
                f"There are more than {MOST_ROWS:,} rows. Keep fewer: {MOST:,} are used at most."
            )
    return np.concatenate(pieces)


def _delimiter(lines: Sequence[str]) -> str:
    """The mark that most of the first lines have: semicolon, tab, comma, or else a blank."""
    for mark in ";\t,":
        if 2 * sum(mark in line for line in lines) > len(lines):
            return mark
    return " "


def _cells(line: str, mark: str) -> list[str]:
    if mark == " ":
        return line.replace('"', " ").split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]


def _is_number(cell: str) -> bool:
    """Also of "nan" and "inf", which are numbers that cannot be used."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _is_word(cell: str) -> bool:
    return bool(re.search(r"[^\W\d]", cell))


def _numeric_columns(rows: Sequence[list[str]]) -> list[int]:
    """The columns of which at least half the filled cells are numbers."""
    width = max(map(len, rows), default=0)
    found = []
    for i in range(width):
        cells = [row[i] for row in rows if i < len(row) and row[i]]
        if cells and 2 * sum(map(_is_number, cells)) >= len(cells):
            found.append(i)
    return found


def _named(header: Sequence[str], found: Sequence[int]) -> tuple[int, int]:
    """The columns called x and y, or else the first two of `found`."""
    titles = [cell.lower() for cell in header]
    if "x" in titles and "y" in titles:
        x, y = titles.index("x"), titles.index("y")
        if x in found and y in found:
            return x, y
    return found[0], found[1]


def _no_columns(body: Sequence[str], found: Sequence[int], header: Sequence[str]) -> str:
    if not body:
        only = ", ".join(header)[:60]
        return f"There is no row of numbers below “{only}”. Give two columns of numbers."
    what = "no column of numbers" if not found else "only one column of numbers"
    start = (body[0] if len(body[0]) <= 40 else body[0][:37] + "…").strip()
    titles = f" The header has {', '.join(header)[:60]}." if header else ""
    return (
        f"The table has {what}, but a point needs two: x and y. Its first row is “{start}”.{titles}"
        " Separate the columns by commas, semicolons, tabs or blanks."
    )


def _numbers(lines: Sequence[str], mark: str, pair: tuple[int, int]) -> NDArray[np.float64]:
    """[n, 2] of some lines; NaN where a cell is no number. numpy reads whole pieces without fault
    twenty times as fast as Python does line by line."""
    try:
        read = np.loadtxt(
            lines, delimiter=None if mark == " " else mark, usecols=pair, ndmin=2,
            comments=None, quotechar='"',
        )  # fmt: skip
        if len(read) == len(lines):
            return read
    except (ValueError, IndexError):
        pass
    rows = [_cells(line, mark) for line in lines]
    return np.array([[_number(row, i) for i in pair] for row in rows]).reshape(-1, 2)


def _number(row: Sequence[str], i: int) -> float:
    try:
        return float(row[i])
    except (ValueError, IndexError):
        return float("nan")

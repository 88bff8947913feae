"""This project's own source lines, to stand beside the formulas that they compute."""

import ast
import textwrap
from functools import lru_cache
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parents[2]


@lru_cache(maxsize=128)
def source(file: str, name: str) -> tuple[str, int]:
    """The text of a function, class or method (`Class.method`) of a file, and its first line.

    Read from the file, so that what is shown is what runs, and no module is loaded for it.
    """
    text = (ROOT / file).read_text()
    found: ast.AST = ast.parse(text)
    for part in name.split("."):
        found = next(n for n in ast.iter_child_nodes(found) if getattr(n, "name", None) == part)
    assert isinstance(found, ast.FunctionDef | ast.ClassDef)
    lines = text.split("\n")[found.lineno - 1 : found.end_lineno]
    return textwrap.dedent("\n".join(lines)), found.lineno


def show(file: str, name: str) -> None:
    """A piece of source, with where it stands."""
    text, line = source(file, name)
    st.code(text, language="python")
    st.caption(f"{file}, line {line}")

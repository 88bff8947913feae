"""The floors: a room imports only lower ones, and the server's rooms load no torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = [
    {"allocator", "catalog", "children", "stored", "holes"},
    {
        "penalties",
        "objectives",
        "models",
        "plane",
        "album",
        "data",
        "divergences",
        "metrics",
        "features",
        "looks",
    },
    {
        "readings",
        "dense",
        "flat",
        "products",
        "forms",
        "slopes",
        "players",
        "schedule",
        "rounds",
        "dense_rounds",
        "captured",
        "training",
        "equilibrium",
        "dirac",
        "dirac_verdict",
        "bins",
        "population",
        "learned",
    },
    {
        "agreement",
        "config",
        "presets",
        "remedies",
        "build",
        "tuning",
        "checkpoint",
        "inherit",
        "pictures",
        "judge",
        "opponent",
        "vitals",
        "expected",
    },
    {"runs", "signs", "alarms", "health"},
    {"keeper", "judging", "window", "failures", "movie", "pace", "ready"},
    {
        "executors",
        "lessons",
        "answers",
        "foreign",
        "sampling",
        "worker",
        "serve",
        "commands",
        "__main__",
    },
]
# Within a floor, these lean on each other in this order alone.
ORDERED = [
    ["catalog", "holes"],
    ["metrics", "data", "features"],
    ["plane", "data"],
    ["album", "data"],
    ["agreement", "config", "presets", "build", "checkpoint", "inherit"],
    ["config", "presets", "remedies"],
    ["config", "presets", "expected"],
    ["runs", "signs", "alarms", "health"],
    ["config", "pictures"],
    ["config", "tuning"],
    ["config", "opponent", "judge"],
    ["penalties", "objectives"],
    [
        "dense",
        "flat",
        "products",
        "forms",
        "slopes",
        "players",
        "schedule",
        "rounds",
        "dense_rounds",
    ],
    ["players", "schedule", "rounds", "captured", "training"],
    ["dense_rounds", "training"],
    ["readings", "rounds"],
    ["dirac", "dirac_verdict"],
    ["equilibrium", "bins", "population", "learned"],
    ["answers", "sampling", "worker", "serve"],
    ["foreign", "sampling", "commands"],
    ["sampling", "worker", "serve", "commands", "__main__"],
]


def rooms(path):
    """The gan_core rooms that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            parts = node.module.split(".")
            if parts == ["gan_core"]:
                yield from (alias.name for alias in node.names)
            elif parts[0] == "gan_core":
                yield parts[1]
            else:
                yield f"outside:{parts[0]}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                yield parts[1] if parts[0] == "gan_core" and parts[1:] else f"outside:{parts[0]}"


def floor(room):
    return next(i for i, names in enumerate(FLOORS) if room in names)


def files():
    """Every (room, file) of gan_core."""
    paths = sorted((ROOT / "gan_core").rglob("*.py"))
    named = [(p.relative_to(ROOT / "gan_core").parts[0].removesuffix(".py"), p) for p in paths]
    return [(room, path) for room, path in named if room != "__init__"]


def test_every_room_has_a_floor():
    known = set().union(*FLOORS)
    assert {room for room, _ in files()} == known


@pytest.mark.parametrize(("room", "path"), files(), ids=lambda v: getattr(v, "name", v))
def test_a_room_imports_only_lower_floors(room, path):
    for other in rooms(path):
        if other.startswith("outside:"):
            assert other.split(":")[1] not in {"streamlit", "plotly", "ui", "pages", "app"}
            continue
        if other == room:
            continue
        ordered = any(
            room in line and other in line and line.index(other) < line.index(room)
            for line in ORDERED
        )
        assert floor(other) < floor(room) or ordered, f"{path.name} imports {other}"


LAB = "ui/mistakes/lab"  # what the worker runs for the mistakes page; the page reads it as text


def test_ui_imports_no_page_and_pages_import_no_torch():
    for folder in ("ui", "pages"):
        for path in (ROOT / folder).rglob("*.py"):
            in_lab = path.relative_to(ROOT).as_posix().startswith(LAB)
            banned = {"pages", "streamlit"} if in_lab else {"pages", "torch"}
            outside = {r.split(":")[1] for r in rooms(path) if r.startswith("outside:")}
            assert not outside & banned, path


def test_only_the_lab_imports_the_lab():
    for folder in ("ui", "pages", "gan_core"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.relative_to(ROOT).as_posix().startswith(LAB):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    module = getattr(node, "module", None)
                    names = [f"{module}.{a.name}" if module else a.name for a in node.names]
                    assert not any(name.startswith("ui.mistakes.lab") for name in names), path


def test_the_rooms_of_the_server_load_no_torch():
    names = [
        "catalog",
        "config",
        "presets",
        "remedies",
        "expected",
        "runs",
        "signs",
        "alarms",
        "health",
    ]
    names += [
        "executors",
        "lessons",
        "looks",
        "movie",
        "divergences",
        "equilibrium",
        "plane.preview",
        "plane.table",
    ]
    names += ["album.store", "album.apart", "holes"]
    theory = [f"theory.{path.stem}" for path in (ROOT / "ui" / "theory").glob("[a-z]*.py")]
    code = "import sys\n" + "".join(f"import gan_core.{n}\n" for n in [*names, "answers.wire"])
    code += "".join(f"import ui.{n}\n" for n in [*theory, "mistakes.item"])
    code += "assert 'torch' not in sys.modules, 'torch was loaded'"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_gan_core_runs_without_streamlit_and_plotly():
    code = (
        "import sys\n"
        "for name in ('streamlit', 'plotly'): sys.modules[name] = None\n"
        "from gan_core.__main__ import main\n"
        "sys.exit(main(['divergence', 'normal(0,1)', 'normal(1,1)']))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)

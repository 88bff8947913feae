"""Worker processes: they start warm, answer, outlive bad requests and their server."""

import os
import signal
import subprocess
import sys
import time

import pytest

from gan_core import runs
from gan_core.catalog import BadInput
from gan_core.executors import Local
from gan_core.presets import preset
from gan_core.runs import LIVE

SMALL = {"batch": 16, "width": 8, "depth": 2, "precision": "float32", "device": "cpu"}


@pytest.fixture
def local(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_RUNS", str(tmp_path))
    made = Local()
    yield made
    made.close()


def until(condition, seconds=90.0):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.02)


def state(run):
    return run.status()["state"]


def test_a_run_is_carried_out_in_a_process_of_its_own_and_sampled(local):
    run = runs.create(preset("ns-gan", "ring", steps=30, **SMALL))
    local.start(run)
    until(lambda: state(run) not in LIVE)
    assert state(run) == "done", run.log()
    assert run.status()["pid"] != os.getpid()

    about, data = local.ask({"do": "open", "checkpoint": str(run.path)})
    assert about["step"] == 30 and about["kind"] == "2d" and about["latent"] == 2 and data == b""
    about, data = local.ask({"do": "sample", "checkpoint": str(run.path), "n": 10, "seed": 1})
    assert about["points"] == 10 and len(data) == 10 * 2 * 4

    bad = run.path / "bad.safetensors"
    bad.write_bytes(b"nonsense")
    for request, words in [
        ({"do": "sample", "checkpoint": str(bad)}, "nor a safetensors file"),
        ({"do": "sample", "checkpoint": str(run.path), "n": 10**9}, "from 1 to"),
        ({"do": "sample", "checkpoint": "nowhere"}, "no checkpoint"),
        ({"do": "fly"}, "request"),
    ]:
        with pytest.raises(BadInput, match=words):
            local.ask(request)
    clerk = local._clerk.popen.pid  # still the same process after four bad requests
    _, again = local.ask({"do": "sample", "checkpoint": str(run.path), "n": 10, "seed": 1})
    assert again == data and local._clerk.popen.pid == clerk


def test_a_stopped_run_and_its_limit(local):
    local.at_once = 1
    run = runs.create(preset("ns-gan", "ring", steps=10**6, **SMALL))
    local.start(run)
    until(lambda: state(run) == "running" and run.frame_count() > 1)
    second = runs.create(preset("ns-gan", "ring", steps=10, **SMALL))
    with pytest.raises(BadInput, match="As many runs as fit"):
        local.start(second)
    with pytest.raises(BadInput, match="in progress already"):
        local.start(run, resume=True)
    run.request("stop")
    until(lambda: state(run) == "stopped")
    local.start(run, resume=True)
    until(lambda: state(run) == "running")
    os.kill(run.status()["pid"], signal.SIGKILL)
    until(lambda: state(run) == "interrupted")


def test_a_killed_worker_is_replaced(local):
    local.warm()
    local._clerk.popen.kill()
    local._clerk.popen.wait()
    with pytest.raises(BadInput, match="no checkpoint"):
        local.ask({"do": "open", "checkpoint": "nowhere"})


def test_a_run_outlives_the_server_that_started_it(tmp_path):
    script = (
        "import sys; from gan_core import runs; from gan_core.executors import Local\n"
        "from gan_core.presets import preset\n"
        "run = runs.create(preset('ns-gan', 'ring', steps=10**6, width=8, batch=16))\n"
        "local = Local(); local.start(run)\n"
        "import time\n"
        "local.warm()\n"
        "while run.status()['state'] != 'running': time.sleep(0.02)\n"
        "print(run.id, local._hand.popen.pid, flush=True)\n"
        "import os; os._exit(9)\n"
    )
    env = {**os.environ, "GAN_RUNS": str(tmp_path), "PYTHONPATH": os.getcwd()}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True)
    name, spare = done.stdout.split()
    run = runs.open_run(name, tmp_path)
    seen = run.status()["step"]
    until(lambda: run.status()["step"] > seen)
    assert state(run) == "running"
    until(lambda: runs.born(int(spare)) is None)  # the idle one went with its server
    run.request("stop")
    until(lambda: state(run) == "stopped")

"""Whole rounds as one CUDA graph: on a GPU a small network's round is mostly the launching of its
hundreds of kernels one by one, and a graph launches all of them at once.

The first rounds run as ever, on the stream that is captured afterwards, and count. Then one round
is recorded, which carries nothing out, and every round from then on is a replay. A replay does the
same to the same memory, so whatever changes from round to round is a tensor that is written before
it: learning rates, the schedule's numbers, an objective's state. The generator of random numbers
is registered with the graph, and draws in it what it would have drawn without.

Where a round cannot be captured, training goes on from where it was without a graph, and one line
in the log `gan_core` says why.
"""

import logging
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from gan_core.players import Players
from gan_core.rounds import Rounds, Told
from gan_core.schedule import Number, Schedule

WARM_UP = 3  # rounds without a graph: libraries load, cuDNN chooses, optimisers make their state
logger = logging.getLogger("gan_core")
Work = Callable[[], Tensor]


class Graph(Protocol):
    """What records a round and carries it out again. `work` gives all that a round tells."""

    def warm(self, work: Work) -> Tensor:
        """Carry out work where it will be captured."""
        ...

    def capture(self, work: Work) -> Tensor:
        """Record work, and no more; what it gives is written anew by each replay."""
        ...

    def replay(self) -> None: ...


class CudaGraph:
    """A graph on the players' GPU; RuntimeError where there is none."""

    def __init__(self, players: Players):
        if players.device.type != "cuda":
            raise RuntimeError(f"the players are on {players.device}, and graphs are a GPU's")
        self._players = players
        self._stream = torch.cuda.Stream(players.device)
        self._graph: torch.cuda.CUDAGraph | None = None

    def warm(self, work: Work) -> Tensor:
        before = torch.cuda.current_stream(self._players.device)
        self._stream.wait_stream(before)
        with torch.cuda.stream(self._stream):
            found = work()
        before.wait_stream(self._stream)
        return found

    def capture(self, work: Work) -> Tensor:
        self._graph = None  # its memory first
        before = torch.cuda.current_stream(self._players.device)
        # on this stream, and so on its device, also before the capture, and after one that fails:
        # torch.cuda.graph then leaves its own stream behind
        with torch.cuda.stream(self._stream):
            graph = torch.cuda.CUDAGraph()
            graph.register_generator_state(self._players.rng)
            # thread_local: a judgement may use the GPU meanwhile, in a thread of its own
            with torch.cuda.graph(graph, stream=self._stream, capture_error_mode="thread_local"):
                found = work()
        before.wait_stream(self._stream)
        self._graph = graph
        return found

    def replay(self) -> None:
        assert self._graph is not None
        self._graph.replay()


class Held(Schedule):
    """A schedule whose numbers stand in tensors; `write` puts those of the next round there."""

    def __init__(self, players: Players, numbers: Schedule, wanted: dict[str, float]):
        self._numbers = numbers
        self._held = {
            name: torch.zeros((), device=players.device) for name, used in wanted.items() if used
        }

    def write(self) -> None:
        for name, held in self._held.items():
            held.fill_(getattr(self._numbers, name)())

    def share(self) -> float:
        return self._numbers.share()

    def sigma(self) -> Number:
        return self._held["sigma"] if self.noisy else 0.0

    def price(self) -> Number:
        return self._held["price"]

    def follow(self) -> Number:
        return self._held["follow"]

    @property
    def noisy(self) -> bool:
        """Whether noise is drawn at all: when it is gone a round has another shape."""
        return bool(self._numbers.sigma())


class Captured:
    """The whole rounds of some players, as replays of a graph as soon as there is one."""

    def __init__(self, rounds: Rounds, graph: Callable[[Players], Graph] = CudaGraph):
        self._rounds, p, plan = rounds, rounds.p, rounds.plan
        self._plain = rounds.schedule
        self._cold, self._noisy = WARM_UP, False
        self._told: Tensor | None = None  # what a replay writes
        try:
            self._graph: Graph | None = graph(p)
        except RuntimeError as error:
            return self._give_up(error)
        wanted = {"sigma": plan.noise, "price": plan.carry or plan.spread, "follow": plan.ema}
        self._held = rounds.schedule = Held(p, self._plain, wanted)
        self._state = {k: v.clone().to(p.device) for k, v in p.objective.state().items()}
        hold_rates(rounds)

    def whole(self) -> Told:
        """One round of training, and what it tells."""
        if self._graph is None:
            return self._rounds.whole()
        self._rounds.set_rates()
        self._held.write()
        if self._cold:
            self._cold -= 1
            return told(self._graph.warm(self._work).clone())
        if self._told is None or self._noisy != self._held.noisy:
            self._told = self._capture(self._graph)
            if self._told is None:
                return self._rounds.whole()
        self._graph.replay()
        return told(self._told.clone())  # whoever keeps it keeps this round's

    def _work(self) -> Tensor:
        """One round, with all that it tells in one tensor."""
        real, fake, *figures = self._rounds.play()
        p = self._rounds.p
        if self._state:
            for name, new in p.objective.state().items():
                self._state[name].copy_(new)
            p.objective = p.objective.with_state(self._state)
        with torch.no_grad():
            return torch.cat([real, fake, torch.stack([figure() for figure in figures])])

    def _capture(self, graph: Graph) -> Tensor | None:
        """Record a round; None where that fails, with the players as they were."""
        p = self._rounds.p
        objective, state = p.objective, p.rng.get_state()
        self._noisy, self._told = self._held.noisy, None
        try:
            return graph.capture(self._work)
        except RuntimeError as error:
            # A generator that was in a failed capture draws no more, so another goes on from there;
            # gradients and samples that were recorded, and so hold nothing, are made anew by the
            # next round before it reads them.
            p.rng = torch.Generator(p.device)
            p.rng.set_state(state)
            p.objective = objective
            self._give_up(error)
            return None

    def _give_up(self, error: RuntimeError) -> None:
        first: BaseException = error  # ending a broken capture fails too, and says less
        while isinstance(first.__context__, RuntimeError):
            first = first.__context__
        why = str(first).strip().partition("\n")[0] or type(first).__name__
        logger.warning("Training without a CUDA graph, which is slower: %s", why)
        self._rounds.schedule, self._graph = self._plain, None


def hold_rates(rounds: Rounds) -> None:
    """Put learning rates into tensors, and optimisers' counts on the device, where graphs read
    them. Fused Adam reads a rate on a GPU as float32."""
    device = rounds.p.device
    on_gpu = device.type == "cuda"
    for optimizer in (rounds.p.opt_g, rounds.p.opt_d):
        for group in optimizer.param_groups:
            dtype = torch.float32 if on_gpu else torch.float64
            group["lr"] = torch.tensor(float(group["lr"]), dtype=dtype, device=device)
            group["capturable"] = on_gpu
        for state in optimizer.state.values():
            if "step" in state:
                state["step"] = state["step"].to(device)


def told(all: Tensor) -> Told:
    """D's scores [n] of real and of fake, and three figures, from one tensor [2 n + 3]."""
    n = (len(all) - 3) // 2
    real, fake, figures = all.split([n, n, 3])
    d_loss, penalty, g_loss = figures.unbind()
    return real, fake, lambda: d_loss, lambda: penalty, lambda: g_loss

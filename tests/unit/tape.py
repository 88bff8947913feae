"""A CPU's stand-in for a CUDA graph: operations with the memory that they read and write."""

import math

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

aten = torch.ops.aten
WAITS = {  # what needs a value on the host, and so would make a GPU wait
    aten._local_scalar_dense.default,
    aten.nonzero.default,
    aten.equal.default,
    aten.masked_select.default,
    aten.is_nonzero.default,
    aten._unique2.default,
}


def tensors(tree):
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


class Silent(TorchDispatchMode):
    """Fails, as a capture does, where an operation asks for a value on the host."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func in WAITS or any(t.dtype == torch.bool for t in self.indices(func, args)):
            raise RuntimeError(f"{func} waits for the GPU")
        return func(*args, **(kwargs or {}))

    @staticmethod
    def indices(func, args):
        """The masks among what a tensor is indexed with: how many they pick is a value too."""
        return tensors(args[1]) if func is aten.index.Tensor else []


class Recorder(Silent):
    """Keeps every operation, and what stood in memory that it was about to overwrite."""

    def __init__(self):
        super().__init__()
        self.done, self.before, self.made = [], {}, []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        for i, spec in enumerate(func._schema.arguments):
            if spec.alias_info is not None and spec.alias_info.is_write:
                self._keep(args[i] if i < len(args) else kwargs.get(spec.name))
        if func is aten.native_batch_norm.default:  # writes to its statistics and does not say so
            self._keep(args[3:5])
        found = super().__torch_dispatch__(func, types, args, kwargs)
        if torch.Tag.inplace_view in func.tags:  # gave a tensor another shape, which it has now
            return found
        if func._schema.is_mutable:
            self.done.append((func, args, kwargs, []))
            return found
        read = {t.untyped_storage().data_ptr() for t in tensors((args, kwargs))}
        fresh = [t for t in tensors(found) if t.untyped_storage().data_ptr() not in read]
        if fresh:  # else views, which stay true
            self.done.append((func, args, kwargs, tensors(found)))
            self.made += fresh
        return found

    def _keep(self, value):
        for t in tensors(value):
            whole = t.untyped_storage()
            self.before.setdefault(whole.data_ptr(), (whole, whole.clone()))


class Tape:
    """Records the operations of a round, whatever Python did in between, and repeats them on the
    same memory: a number of Python's that should have changed from round to round has not.

    Like a CUDA graph it carries nothing out while it records: memory and the generator are put
    back, and what was made meanwhile is NaN until a replay writes it.
    """

    captures = 0  # of all tapes

    def __init__(self, players):
        self._players = players

    def warm(self, work):
        return work()

    def capture(self, work):
        Tape.captures += 1
        state, recorder = self._players.rng.get_state(), Recorder()
        try:
            with recorder:
                return work()
        finally:
            self._players.rng.set_state(state)
            self._put_back(recorder)
            self._done = recorder.done

    @torch.inference_mode()
    def _put_back(self, recorder):
        for whole, before in recorder.before.values():
            whole.copy_(before)
        for t in recorder.made:
            if t.is_floating_point() and t.untyped_storage().data_ptr() not in recorder.before:
                t.fill_(math.nan)

    @torch.inference_mode()
    def replay(self):
        for func, args, kwargs, made in self._done:
            again = tensors(func(*args, **kwargs))
            for old, new in zip(made, again, strict=bool(made)):  # or it has written in place
                old.copy_(new.reshape(old.shape))


class Again:
    """A graph that repeats the whole work, Python and all."""

    def __init__(self, players):
        pass

    def warm(self, work):
        self._size = len(found := work())
        return found

    def capture(self, work):
        self._work, self._found = work, torch.zeros(self._size)
        return self._found

    def replay(self):
        self._found.copy_(self._work())


class Broken(Tape):
    """A graph whose capture fails as G is moved, with what Python did until then left as it is."""

    def capture(self, work):
        def fail():
            raise RuntimeError("operation not permitted when stream is capturing\nmore")

        mover = self._players.opt_g
        move, mover.step = mover.step, fail
        try:
            super().capture(work)
            fail()  # where G is moved in another way
        finally:
            mover.step = move
            torch.rand(7, generator=self._players.rng)

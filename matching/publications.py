"""What a line of a pasted publication list is about, without what every reference says."""

import math
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile

from matching.analysis import Field
from matching.weights import PUBLICATION_DOCUMENTS, PUBLICATIONS

FEWEST_WORDS = 3

_WORD = re.compile(r"[^\W\d_]{2,}")
_BULLET = re.compile(
    r"\s*(?:[•·▪◦●‣∙○\uf0a7\uf0b7]|[*–—-]+(?=\s)|[\[(]\d{1,3}[\])]|\d{1,3}[.)](?=\s|[^\W\d]))\s*"
)
_FOUND_AT = re.compile(
    r"\b(?:available|retrieved)(?: online)?(?: at| from)?:?\s*(?=<?(?:https?://|www\.|doi))"
    r"|[\[(]?\b(?:last )?accessed:? (?:on )?\d{1,2}\w{0,2} \w+ \d{4}[\])]?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"<?\b(?:https?://|www\.|doi:|10\.\d{4,9}/)\S+|\bdoi:? \d\S+|(?<!\S)[^\s@]+@\S+",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\b(?:isbn|issn|pmid|pmcid|arxiv|orcid)\b[\s:-]*\d[\w./-]*", re.IGNORECASE)
_UNDATED = re.compile(r"\((?:in press|in prep\w*|under review|submitted|n\.d\.)\)", re.IGNORECASE)
_FORTHCOMING = "(forthcoming)"
_YEARS = re.compile(
    r"\(forthcoming\)|\((?:[^\W\d_]+\.? )?(?:19|20)\d\d[a-z]?(?:\s*[–/-]\s*(?:\d{2}|\d{4})?)?\)"
    r"|[,.]\s*(?:19|20)\d\d(?=\s*[.,;:]?\s*$)"
)
_PAGES = re.compile(
    r"\b(?:19|20)\d\d;\s*\d+(?:\(\d+\))?(?::\d[\d–-]*)?"
    r"|\b(?:pp?\.|vol(?:\.|ume)|no\.|issue)\s*\d[\d–-]*(?:\s*\(\d+\))?"
    r"|\b\d{1,4}\s*\(\d[\d–-]*\)(?:\s*[:,]\s*\d[\d–-]*)?"
    r"|(?<=[,:;])\s*\d+\s*[–-]\s*\d+(?!\d|\s*[^\W\d_])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\(?(?:19|20)\d\d[a-z]?[).,:;]*|\(forthcoming\)[.,:;]*")

# Names: "Smith, J.", "J. Smith", "Smith JA", and "et al." after them.
_PARTICLES = "ab|af|al|ap|da|de|den|der|di|dos|du|el|ferch|la|le|mac|st|te|van|von"
_WRITTEN = r"[^\W\d_a-z][\w'’‐-]+"
_SURNAME = rf"(?:(?:{_PARTICLES}|{_WRITTEN}) ){{0,2}}{_WRITTEN}"
_INITIALS = r"[^\W\d_a-z]\.(?:[ -]?[^\W\d_a-z]\.){0,3}"
_AUTHOR = rf"(?:{_SURNAME},? {_INITIALS}|{_INITIALS} {_SURNAME}|{_SURNAME} [A-Z]{{1,3}}(?=[,.;:]))"
_AND = r"(?:and|&|ac|a)"
_AUTHORS = re.compile(rf"{_AUTHOR}(?:(?:[,;]? {_AND}|[,;]) {_AUTHOR})*")
_SEVERAL_PARTS = re.compile(rf"[,;]|{_AND} ")
_OTHERS = re.compile(rf",? (?:et al\b|{_AND} (?:others|eraill)\b)")
_NAME_LIKE = re.compile(
    rf"(?:[^\W\d_a-z][\w'’‐.-]*|{_PARTICLES}|{_AND}|et|al\.?|others|eraill)[,;]?"
)


def documents_of_list(lines: Iterable[str]) -> list[Field]:
    """A list's publications as documents; of a long list neighbours share one, in their order.

    What shares a document counts together for the root of its number, so that ten titles beside
    the one that fits do not hide it, and ten that do not fit add little.
    """
    subjects = [subject for line in lines if (subject := subject_of(line))]
    number = min(PUBLICATION_DOCUMENTS, len(subjects))
    ends = [len(subjects) * (one + 1) // number for one in range(number)]
    return [_together(subjects[begin:end]) for begin, end in pairwise([0, *ends])]


def _together(subjects: Sequence[str]) -> Field:
    return Field("\n".join(subjects), PUBLICATIONS / math.sqrt(len(subjects)))


def subject_of(line: str) -> str:
    """The title of a publication and where it came out, as far as they are known for certain.

    Bullets, numbers, links, pages, years, and authors with their initials go: a surname can be a
    word ("Rivers", "Poole"). Where hardly a word would be left they stay; "" where there is
    nothing but links and numbers.
    """
    plain = line
    while bullet := _BULLET.match(plain):
        plain = plain[bullet.end() :]
    plain = _without((_FOUND_AT, _ADDRESS, _NUMBERED), plain)
    titled = _without_authors(_UNDATED.sub(_FORTHCOMING, plain))
    found = _without((_YEARS, _PAGES), titled).strip(" .,;:<>")
    if len(_WORD.findall(found)) >= FEWEST_WORDS:
        return found
    return plain if _WORD.search(plain) else ""


def _without(noises: Sequence[re.Pattern[str]], text: str) -> str:
    for noise in noises:
        text = noise.sub(" ", text)
    return " ".join(text.split())


def _without_authors(text: str) -> str:
    tokens = text.split()
    names = list(takewhile(_NAME_LIKE.fullmatch, tokens))
    year = tokens[len(names)] if len(names) < len(tokens) else ""
    if names and _YEAR.fullmatch(year) and _are_people(names):
        return " ".join(tokens[len(names) + 1 :])
    return _without_listed(text)


def _are_people(names: Sequence[str]) -> bool:
    """Whether words before a year are surely of authors, not of a title."""
    first, joined = names[0], " ".join(names)
    return first.endswith(",") or bool(_OTHERS.search(joined) or re.search(_INITIALS, joined))


def _without_listed(text: str) -> str:
    """Without authors that only a full stop or a comma parts from the title."""
    listed = _AUTHORS.match(text)
    if listed is None:
        return text
    end = listed.end()
    if others := _OTHERS.match(text, end):
        return text[others.end() :].lstrip(" .,:;")
    certain = _SEVERAL_PARTS.search(listed.group()) or re.match(_INITIALS, text)
    ended = text[end - 1 : end] == "." or text[end : end + 1] in tuple(".,:;")
    return text[end:].lstrip(" .,:;") if certain and ended else text

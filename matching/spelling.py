"""British and American spellings as one: which of the two is kept does not matter."""

import re

_OUR = (
    "arb|ard|arm|behavi|cand|clam|col|demean|enamel|endeav|fav|ferv|flav|glam|harb|hon|hum|lab|"
    "misdemean|neighb|od|parl|ranc|rig|rum|sav|savi|splend|succ|tum|val|vap|vig"
)
_RE = (
    "calib|cent|centilit|centimet|epicent|fib|goit|kilomet|lit|lust|meag|millilit|millimet|met|"
    "mit|och|sab|saltpet|sepulch|somb|spect|theat"
)
_DOUBLED = (
    "bevel|cancel|channel|chisel|counsel|dial|duel|enamel|equal|fuel|funnel|grovel|initial|jewel|"
    "label|level|libel|marshal|marvel|model|panel|pedal|pencil|quarrel|refuel|remodel|rival|"
    "shovel|signal|snorkel|spiral|swivel|total|towel|travel|trowel|tunnel|unravel"
)
_WHOLE = {
    "aging": "ageing",
    "aluminum": "aluminium",
    "artifact": "artefact",
    "artifacts": "artefacts",
    "cozy": "cosy",
    "enroll": "enrol",
    "enrollment": "enrolment",
    "fulfill": "fulfil",
    "fulfillment": "fulfilment",
    "gray": "grey",
    "installment": "instalment",
    "judgment": "judgement",
    "judgments": "judgements",
    "mold": "mould",
    "molds": "moulds",
    "moldy": "mouldy",
    "plow": "plough",
    "plowing": "ploughing",
    "program": "programme",
    "programs": "programmes",
    "practise": "practice",
    "practised": "practiced",
    "practising": "practicing",
    "skeptic": "sceptic",
    "skeptical": "sceptical",
    "skepticism": "scepticism",
    "skillful": "skilful",
    "tire": "tyre",
    "tires": "tyres",
    "willful": "wilful",
    "yogurt": "yoghurt",
}
_BEGINNINGS = {
    "aetiolog": "etiolog",
    "anaesth": "anesth",
    "archaeolog": "archeolog",
    "caesar": "cesar",
    "coeliac": "celiac",
    "diarrhoea": "diarrhea",
    "encyclopaed": "encycloped",
    "faec": "fec",
    "foet": "fet",
    "gynaec": "gynec",
    "haem": "hem",
    "homoeo": "homeo",
    "manoeuv": "maneuv",
    "oedem": "edem",
    "oesoph": "esoph",
    "oestr": "estr",
    "orthopaed": "orthoped",
    "paed": "ped",
    "palaeo": "paleo",
    "sulph": "sulf",
}
_RULES = (
    (re.compile(rf"^({'|'.join(_BEGINNINGS)})"), lambda found: _BEGINNINGS[found[1]]),
    (re.compile(rf"^({_OUR})our"), r"\1or"),
    (re.compile(rf"^({_RE})re(s|d)?$"), r"\1er\2"),
    (re.compile(r"^(def|off|pret|lic)ense"), r"\1ence"),
    (re.compile(rf"^({_DOUBLED})l(ed|ing|er|ers|ings)$"), r"\1\2"),
    (re.compile(r"(?<=...)iz(e|ed|es|er|ers|ing|ation|ations|ational|able)$"), r"is\1"),
    (re.compile(r"(?<=al)yz(e|ed|es|er|ers|ing)$"), r"ys\1"),
    (re.compile(r"(?<=...l)ogue(s?)$"), r"og\1"),
    (re.compile(r"aemi(a|as|c)$"), r"emi\1"),
)


def one_spelling(word: str) -> str:
    """A folded word in the spelling by which it is compared: 'labour' and 'labor' are one."""
    word = _WHOLE.get(word, word)
    for pattern, replacement in _RULES:
        word = pattern.sub(replacement, word)
    return word

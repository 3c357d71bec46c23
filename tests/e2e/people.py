"""Invented customers with near-duplicates among them, and which of them are the same person.

The test's own: shares no code with the generator of the shop or with what matches. Beside duplicates there
are pairs that only look alike: families in one household, namesakes, and customers that share a telephone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

_GIVEN = (
    "anna peter maria thomas julia martin laura stefan robert william james michael elizabeth "
    "catherine margaret jennifer patricia susan daniel christopher alexander benjamin victoria samuel "
    "jonathan nicholas timothy gregory lawrence raymond sven ingrid carlos lucia pierre camille "
    "giulia marco henrik astrid jan petra oliver emma noah mia leon clara felix nora david sarah "
    "simon eva paul lena max ida karl greta otto frida bruno zoe "
).split()
_NICK = {
    "robert": "bob", "william": "bill", "james": "jim", "michael": "mike", "elizabeth": "liz",
    "catherine": "kate", "margaret": "peggy", "jennifer": "jen", "patricia": "pat", "susan": "sue",
    "daniel": "dan",
    "christopher": "chris", "alexander": "alex", "benjamin": "ben", "victoria": "vicky", "samuel": "sam",
    "jonathan": "jon", "nicholas": "nick", "timothy": "tim", "gregory": "greg", "lawrence": "larry",
    "raymond": "ray", "thomas": "tom",
}  # fmt: skip
_STREETS = (
    "oak elm maple cedar pine lake hill park river church mill station garden spring forest meadow".split()
)
_ENDS = ("Street", "Avenue", "Road", "Lane", "Way")
_HOSTS = ("gmail.com", "example.com", "example.org", "example.net")
KINDS = (
    "typo_name", "typo_email", "moved", "nickname", "swapped", "spelling", "new_email", "new_phone",
    "gmail_dots", "typo_and_moved",
)  # fmt: skip
Row = tuple[str, str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    email: str
    phone: str
    street: str
    city: str
    postal_code: str


def customers(count: int, seed: int) -> tuple[list[tuple[str, Person]], dict[str, str], dict[str, str]]:
    """`count` customers as (id, person), of each duplicate the id of its original, and of what kind it is."""
    chance = random.Random(seed)
    rows: list[Person] = []
    while len(rows) < count * 9 // 10:
        first = _person(chance)
        rows.append(first)
        dice = chance.random()
        if dice < 0.08:  # somebody of the same household
            rows.append(_relative(chance, first))
        elif dice < 0.12:  # somebody of the same name somewhere else
            rows.append(replace(_person(chance), first_name=first.first_name, last_name=first.last_name))
    originals = [f"C{number:06d}" for number in range(len(rows))]
    found = list(zip(originals, rows, strict=True))
    truth: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for number in chance.sample(range(len(rows)), count - len(rows)):
        kind = KINDS[len(truth) % len(KINDS)]
        twin = f"D{number:06d}"
        found.append((twin, _changed(chance, rows[number], kind)))
        truth[twin], kinds[twin] = originals[number], kind
    chance.shuffle(found)
    return found, truth, kinds


def _person(chance: random.Random) -> Person:
    first, last = chance.choice(_GIVEN), _surname(chance)
    return Person(first.title(), last.title(), _email(chance, first, last), _phone(chance), *_address(chance))


def _surname(chance: random.Random) -> str:
    parts = (
        "ber",
        "dan",
        "fel",
        "gor",
        "hal",
        "kim",
        "lor",
        "mar",
        "nor",
        "pol",
        "ros",
        "sel",
        "tor",
        "vin",
        "wal",
    )
    ends = (
        "son",
        "mann",
        "ski",
        "er",
        "ini",
        "ez",
        "sen",
        "berg",
        "ton",
        "ley",
        "ova",
        "ard",
        "quist",
        "feld",
    )
    return (
        chance.choice(parts)
        + chance.choice(("a", "e", "i", "o", "u", ""))
        + chance.choice(parts)
        + chance.choice(ends)
    )


def _email(chance: random.Random, first: str, last: str) -> str:
    form = chance.choice(("{f}.{l}{n}", "{f}{l}{n}", "{l}.{f}{n}", "{i}{l}{n}"))
    mailbox = form.format(f=first, l=last, i=first[0], n=chance.randrange(1, 9999))
    return f"{mailbox}@{chance.choice(_HOSTS)}".lower()


def _phone(chance: random.Random) -> str:
    return f"+1555{chance.randrange(10_000_000):07d}"


def _address(chance: random.Random) -> tuple[str, str, str]:
    area = chance.randrange(900)
    return (
        f"{chance.randrange(1, 400)} {chance.choice(_STREETS).title()} {chance.choice(_ENDS)}",
        f"Town {area // 3}",
        f"{10_000 + area * 7}",
    )


def _relative(chance: random.Random, person: Person) -> Person:
    first = chance.choice([name for name in _GIVEN if name != person.first_name.lower()])
    return replace(
        person,
        first_name=first.title(),
        email=_email(chance, first, person.last_name),
        phone=person.phone if chance.random() < 0.5 else _phone(chance),
    )


def _typo(chance: random.Random, text: str) -> str:
    place = chance.randrange(1, len(text) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place] + text[place:]
    if kind == 2:
        return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    return text[:place] + chance.choice("aeionrst") + text[place + 1 :]


def _changed(chance: random.Random, person: Person, kind: str) -> Person:
    """The same person as another account of theirs has it."""
    first, last = person.first_name, person.last_name
    mailbox, _, host = person.email.partition("@")
    if kind == "typo_name":
        return replace(person, last_name=_typo(chance, last))
    if kind == "typo_email":
        return replace(person, email=f"{_typo(chance, mailbox)}@{host}")
    if kind == "moved":
        street, city, postal_code = _address(chance)
        return replace(person, street=street, city=city, postal_code=postal_code)
    if kind == "nickname":
        return replace(
            person,
            first_name=_NICK.get(first.lower(), first).title(),
            email=_email(chance, _NICK.get(first.lower(), first.lower()), last.lower()),
        )
    if kind == "swapped":
        return replace(person, first_name=last, last_name=first, phone=_phone(chance))
    if kind == "spelling":
        return replace(
            person,
            first_name=first.upper().replace("E", "É"),
            last_name=f" {last.lower()} ",
            street=person.street.replace("Street", "St.").upper(),
            email=f"{mailbox}+shop@{host}".upper(),
        )
    if kind == "new_email":
        return replace(person, email=_email(chance, first.lower(), last.lower()))
    if kind == "new_phone":
        return replace(person, phone=_phone(chance))
    if kind == "gmail_dots":
        return replace(person, email=f"{mailbox.replace('.', '')}@{host}", phone=_phone(chance))
    street, city, postal_code = _address(chance)
    return replace(person, first_name=_typo(chance, first), street=street, city=city, postal_code=postal_code)

"""Invented customers with near-duplicates among them, and which of them are the same person.

The test's own: shares no code with the generator of the shop or with what matches. Beside duplicates there
are pairs that only look alike: families in one household, namesakes, and customers that share a telephone.
"""

from __future__ import annotations

import random
import unicodedata
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
    "gmail_dots", "typo_and_moved", "no_email", "initial", "transliterated", "married", "new_email_and_phone",
    "decomposed",
)  # fmt: skip
"""How the second account of a person differs from the first."""
TRAPS = ("relative", "namesake", "father_son", "senior_junior", "couple", "alike_given")
"""How two people are alike who are not one: of one household, of one name, of one e-mail address."""
_FOREIGN = {
    "Jürgen Müßig": "Juergen Muessig", "Søren Østergaard": "Soren Ostergaard", "Łukasz Żółć": "Lukasz Zolc",
    "François Lefèvre": "Francois Lefevre", "Zoë Nuñez": "Zoe Nunez", "Иван Щербаков": "Ivan Shcherbakov",
    "Юлия Жукова": "Yuliya Zhukova", "Γιώργος Παπαδάκης": "Giorgos Papadakis",
    "Ștefan Țurcanu": "Stefan Turcanu", "Đặng Nguyễn": "Dang Nguyen", "Åsa Lindström": "Asa Lindstroem",
    "Þóra Ásgeirsdóttir": "Thora Asgeirsdottir",
}  # fmt: skip
_PAIRS = (
    ("martin", "martina"),
    ("daniel", "daniela"),
    ("paul", "paula"),
    ("carl", "carla"),
    ("julia", "julian"),
)
Row = tuple[str, str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    email: str | None
    phone: str
    street: str
    city: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """Customers as (id, person), of each duplicate the id of its original and its kind, and the traps."""

    customers: list[tuple[str, Person]]
    truth: dict[str, str]
    kinds: dict[str, str]
    traps: dict[frozenset[str], str]


def customers(count: int, seed: int) -> Crowd:
    """`count` customers, a tenth of them duplicates."""
    chance = random.Random(seed)
    rows: list[Person] = []
    trapped: list[tuple[int, str]] = []
    while len(rows) < count * 9 // 10:
        first = _person(chance)
        rows.append(first)
        kind = chance.choices((*TRAPS, ""), (80, 40, 5, 5, 10, 10, 850))[0]
        if kind:
            trapped.append((len(rows), kind))
            rows[-1], other = _trap(chance, first, kind)
            rows.append(other)
    originals = [f"C{number:06d}" for number in range(len(rows))]
    found = list(zip(originals, rows, strict=True))
    truth: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for number in chance.sample(range(len(rows)), count - len(rows)):
        kind = KINDS[len(truth) % len(KINDS)]
        twin = f"D{number:06d}"
        if kind == "transliterated":
            name, latin = chance.choice(list(_FOREIGN.items()))
            found[number] = (originals[number], _named(rows[number], name))
            found.append((twin, replace(_named(rows[number], latin), phone=_phone(chance))))
        else:
            found.append((twin, _changed(chance, rows[number], kind)))
        truth[twin], kinds[twin] = originals[number], kind
    traps = {frozenset((originals[number - 1], originals[number])): kind for number, kind in trapped}
    chance.shuffle(found)
    return Crowd(found, truth, kinds, traps)


def _named(person: Person, name: str) -> Person:
    first, _, last = name.partition(" ")
    return replace(person, first_name=first, last_name=last)


def _trap(chance: random.Random, person: Person, kind: str) -> tuple[Person, Person]:
    """Two people who are alike; the first of them may be somewhat else than `person`."""
    first, last = person.first_name, person.last_name
    if kind == "relative":
        return person, _relative(chance, person)
    if kind == "namesake":
        return person, replace(_person(chance), first_name=first, last_name=last)
    if kind == "couple":
        return person, replace(_relative(chance, person), email=person.email, phone=person.phone)
    if kind == "alike_given":
        one, other = chance.choice(_PAIRS)
        return (
            replace(person, first_name=one.title(), email=_email(chance, one, last)),
            replace(person, first_name=other.title(), email=_email(chance, other, last)),
        )
    son = replace(person, email=_email(chance, first.lower(), last.lower()), phone=_phone(chance))
    if kind == "father_son":
        return person, son
    return replace(person, last_name=f"{last} Sr."), replace(son, last_name=f"{last} Jr.", phone=person.phone)


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
    mailbox, _, host = str(person.email).partition("@")
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
    if kind == "no_email":
        return replace(person, email=None, phone=_phone(chance), last_name=_typo(chance, last))
    if kind == "initial":
        return replace(person, first_name=f"{first[0]}.")
    if kind == "married":
        return replace(person, last_name=_surname(chance).title())
    if kind == "new_email_and_phone":
        return replace(person, email=_email(chance, first.lower(), last.lower()), phone=_phone(chance))
    if kind == "decomposed":
        return replace(
            person, first_name=unicodedata.normalize("NFD", f"{first[:-1]}é"), phone=_phone(chance)
        )
    street, city, postal_code = _address(chance)
    return replace(person, first_name=_typo(chance, first), street=street, city=city, postal_code=postal_code)

"""The kinds of fault, by name, and which of them strikes next: section 6 of docs/truth.md.

Faults of a record are dealt from one deck per entity, faults of a file from decks of what can be combined.
A kind that was not asked for is in no deck.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from shopgen.errors import ShopError
from shopgen.schema import (
    CUSTOMERS,
    ENTITIES,
    FX_RATES,
    INVENTORY,
    NUMBERS,
    ORDER_ITEMS,
    ORDERS,
    PAYMENTS,
    PRODUCTS,
    RETURNS,
    Entity,
)
from shopgen.streams import Deck, Stream

# Of one record, whatever its entity: what must hold of the entity's columns is asked by `_fits`.
BREAKING: Final = (
    "null_required",
    "bad_number",
    "bad_date",
    "bad_flag",
    "bad_email",
    "bad_phone",
    "bad_currency",
    "bad_country",
    "bad_value",
    "out_of_range",
    "dates_out_of_order",
    "wrong_field_count",
    "stray_quote",
    "bad_encoding",
    "field_too_long",
)
REPAIRED: Final = (
    "spaces",
    "letter_case",
    "null_token",
    "number_format",
    "date_format",
    "flag_variant",
    "email_variant",
    "phone_variant",
    "currency_variant",
    "country_variant",
    "value_variant",
)
# Of records among others: the planner of the entity puts them in.
PLANNED: Final = {
    "duplicate_key": (CUSTOMERS, PRODUCTS, ORDERS, ORDER_ITEMS, PAYMENTS, RETURNS, INVENTORY, FX_RATES),
    "stale_version": (CUSTOMERS, PRODUCTS, ORDERS),
    "unknown_key": (ORDERS, ORDER_ITEMS, PAYMENTS, RETURNS, INVENTORY),
    "discount_exceeds_amount": (ORDER_ITEMS,),
    "missing_discount": (ORDER_ITEMS,),
    "missing_ship_country": (ORDERS,),
    "order_total_mismatch": (ORDERS,),
    "payment_exceeds_total": (PAYMENTS,),
    "currency_mismatch": (PAYMENTS,),
    "before_order": (PAYMENTS, RETURNS),
    "return_exceeds_sold": (RETURNS,),
}
LINES: Final = ("blank_line", "duplicate_exact", "open_quote")
DRIFT: Final = ("column_added", "columns_reordered", "header_case")
FLOW: Final = (
    "late_file",
    "resent_file",
    "corrected_file",
    "overlapping_file",
    "column_renamed",
    "column_missing",
    "empty_file",
)
DIALECT: Final = ("encoding", "delimiter", "line_ends", "compression")
KINDS: Final = (*BREAKING, *REPAIRED, *PLANNED, *LINES, *DRIFT, *FLOW, *DIALECT)

_RARE: Final = 2
_NEEDS: Final = {
    "bad_number": NUMBERS,
    "bad_flag": ("flag",),
    "flag_variant": ("flag",),
    "bad_email": ("email",),
    "email_variant": ("email",),
    "bad_phone": ("phone",),
    "phone_variant": ("phone",),
    "bad_currency": ("currency",),
    "currency_variant": ("currency",),
    "bad_country": ("country",),
    "country_variant": ("country",),
    "bad_value": ("status", "channel", "method"),
    "value_variant": ("status", "method"),
    "number_format": ("decimal", "rate"),
}


def parse_kinds(text: str) -> tuple[str, ...]:
    """The kinds of `all`, `none` or a list of names, in the order of this module."""
    if text in ("all", "none"):
        return KINDS if text == "all" else ()
    names = {name.strip() for name in text.split(",")}
    unknown = sorted(names - set(KINDS))
    if unknown:
        raise ShopError(f"--faults: there is no kind {unknown[0]!r}; docs/truth.md, section 6, lists them")
    return tuple(kind for kind in KINDS if kind in names)


class Faults:
    """Deals faults, and counts those that were put in."""

    def __init__(self, kinds: Iterable[str], seed: int) -> None:
        self.kinds: Final = frozenset(kinds)
        self.counts: Counter[str] = Counter()
        self._seed = seed
        self._decks: dict[str, Deck[str]] = {}

    def of_record(self, entity: Entity) -> Deck[str]:
        """The faults that may strike a record of the entity, those of few entities first: a short run has few
        products to put them in."""
        if entity.name not in self._decks:
            fitting = [kind for kind in (*BREAKING, *REPAIRED, *PLANNED) if _fits(kind, entity)]
            cards = [kind for kind in fitting if kind in self.kinds]
            first = [kind for kind in cards if sum(_fits(kind, other) for other in ENTITIES) <= _RARE]
            self._decks[entity.name] = Deck(cards, Stream(self._seed, "deck", entity.name), first)
        return self._decks[entity.name]

    def among(self, name: str, kinds: Sequence[str]) -> Deck[str]:
        """A deck of this name of those of the kinds that were asked for; it may be empty."""
        if name not in self._decks:
            cards = [kind for kind in kinds if kind in self.kinds]
            self._decks[name] = Deck(cards, Stream(self._seed, "deck", name))
        return self._decks[name]

    def variant(self, name: str, variants: Sequence[str]) -> str:
        """The next of the variants of one kind of fault, dealt like the kinds themselves."""
        if name not in self._decks:
            self._decks[name] = Deck(variants, Stream(self._seed, "deck", name))
        return self._decks[name].draw()


def _fits(kind: str, entity: Entity) -> bool:
    if kind in PLANNED:
        return entity in PLANNED[kind]
    types = _NEEDS.get(kind)
    if kind == "dates_out_of_order":
        return entity is not ORDER_ITEMS
    if kind == "null_token":
        return any(not column.required for column in entity.columns)
    return types is None or bool(entity.of_type(*types))

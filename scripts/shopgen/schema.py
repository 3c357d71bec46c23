"""The entities of the shop, their columns and types: section 2 of docs/truth.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

NUMBERS: Final = ("integer", "decimal", "rate")
MOMENTS: Final = ("date", "timestamp")
LISTED: Final = ("status", "channel", "method")


@dataclass(frozen=True, slots=True)
class Column:
    """One column; least and greatest bound what is a number."""

    name: str
    type: str
    required: bool = True
    tracked: bool = False
    least: str = ""
    greatest: str = ""


@dataclass(frozen=True)
class Entity:
    """One entity; `other_value` is the column in which a duplicate by key differs."""

    name: str
    columns: tuple[Column, ...]
    other_value: str
    index: dict[str, int] = field(init=False)
    header: tuple[str, ...] = field(init=False)
    tracked: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = tuple(column.name for column in self.columns)
        object.__setattr__(self, "header", names)
        object.__setattr__(self, "index", {name: place for place, name in enumerate(names)})
        tracked = tuple(place for place, column in enumerate(self.columns) if column.tracked)
        object.__setattr__(self, "tracked", tracked)

    def of_type(self, *types: str) -> tuple[int, ...]:
        """The places of the columns of these types."""
        return tuple(place for place, column in enumerate(self.columns) if column.type in types)


def _columns(text: str) -> tuple[Column, ...]:
    """Columns from lines `name[?][*] type [least greatest]`."""
    columns = []
    for line in text.strip().splitlines():
        name, kind, *bounds = line.split()
        least, greatest = bounds or ("", "")
        columns.append(Column(name.rstrip("?*"), kind, "?" not in name, "*" in name, least, greatest))
    return tuple(columns)


CUSTOMERS: Final = Entity(
    "customers",
    _columns(
        """
        customer_id code
        email email
        first_name? text
        last_name text
        phone? phone
        street?* text
        city* text
        postal_code?* text
        country* country
        registered_at timestamp
        updated_at timestamp
        """
    ),
    other_value="first_name",
)
PRODUCTS: Final = Entity(
    "products",
    _columns(
        """
        product_id code
        name text
        category* word
        brand?* text
        unit_price* decimal 0 100000
        is_active* flag
        introduced_on date
        updated_at timestamp
        """
    ),
    other_value="name",
)
ORDERS: Final = Entity(
    "orders",
    _columns(
        """
        order_id code
        customer_id code
        ordered_at timestamp
        status status
        currency currency
        channel channel
        ship_country? country
        shipped_at? timestamp
        delivered_at? timestamp
        line_count integer 1 100
        order_total decimal 0 1000000
        updated_at timestamp
        """
    ),
    other_value="channel",
)
ORDER_ITEMS: Final = Entity(
    "order_items",
    _columns(
        """
        order_id code
        line_no integer 1 100
        product_id code
        quantity integer 1 1000
        unit_price decimal 0 100000
        discount? decimal 0 100000
        updated_at timestamp
        """
    ),
    other_value="quantity",
)
PAYMENTS: Final = Entity(
    "payments",
    _columns(
        """
        payment_id code
        order_id code
        paid_at timestamp
        method method
        amount decimal 0.01 1000000
        currency currency
        updated_at timestamp
        """
    ),
    other_value="method",
)
RETURNS: Final = Entity(
    "returns",
    _columns(
        """
        return_id code
        order_id code
        line_no integer 1 100
        returned_at timestamp
        quantity integer 1 1000
        refund_amount decimal 0 1000000
        comment? text
        updated_at timestamp
        """
    ),
    other_value="comment",
)
INVENTORY: Final = Entity(
    "inventory",
    _columns(
        """
        product_id code
        warehouse code
        stock_date date
        on_hand integer 0 1000000
        updated_at timestamp
        """
    ),
    other_value="on_hand",
)
FX_RATES: Final = Entity(
    "fx_rates",
    _columns(
        """
        currency currency
        rate_date date
        rate rate 0.000001 1000
        updated_at timestamp
        """
    ),
    other_value="rate",
)
ENTITIES: Final = (FX_RATES, CUSTOMERS, PRODUCTS, ORDERS, ORDER_ITEMS, PAYMENTS, RETURNS, INVENTORY)

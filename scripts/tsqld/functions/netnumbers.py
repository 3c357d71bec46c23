"""Numbers by .NET format strings, standard (N2, C, P1 …) and custom (#,##0.00).

Place in the pipeline: behind FORMAT. Source: Microsoft Learn, "Standard numeric format strings", "Custom
numeric format strings". None stands for a format that .NET refuses, which FORMAT answers with NULL.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from tsqld.functions.cultures import Culture

_WIDE = Context(prec=200)
_STANDARD = re.compile(r"([A-Za-z])(\d{0,3})$")


def format_number(value: Decimal, pattern: str, culture: Culture, kind: str) -> str | None:
    """`value` by `pattern`; `kind` is int, float or decimal, as X, D, R and G tell them apart."""
    if not pattern:
        pattern = "G"
    standard = _STANDARD.match(pattern)
    if standard:
        return _standard(value, standard[1], int(standard[2]) if standard[2] else None, culture, kind)
    return _custom(value, pattern, culture)


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_WIDE)


def _standard(value: Decimal, letter: str, digits: int | None, culture: Culture, kind: str) -> str | None:
    upper = letter.upper()
    if upper in ("N", "F"):
        text = _fixed(value, 2 if digits is None else digits, culture, grouped=upper == "N")
        return text
    if upper == "C":
        return _money(value, culture.currency_decimals if digits is None else digits, culture)
    if upper == "P":
        digits = 2 if digits is None else digits
        hundredfold = value.scaleb(2, context=_WIDE)
        text = _fixed(abs(hundredfold), digits, culture, grouped=True)
        sign = "-" if rounded(hundredfold, digits) < 0 else ""
        return sign + culture.known(culture.percent, "percentages").replace("n", text)
    if upper == "E":
        return _scientific(value, 6 if digits is None else digits, letter, 3, culture)
    if upper == "G":
        return _general(value, digits, letter, culture, kind)
    if upper == "R" and kind == "float":
        return _general(value, None, "G", culture, kind)
    if upper in ("D", "X") and kind == "int":
        return _integer(int(value), upper, letter, digits or 0)
    return None


def _money(value: Decimal, digits: int, culture: Culture) -> str:
    text = _fixed(abs(value), digits, culture, grouped=True)
    shape = culture.negative_currency if rounded(value, digits) < 0 else culture.currency
    sign = culture.known(culture.sign, "currency")
    return culture.known(shape, "currency").replace("n", text).replace("$", sign)


def _integer(value: int, upper: str, letter: str, digits: int) -> str:
    if upper == "D":
        return ("-" if value < 0 else "") + str(abs(value)).zfill(digits)
    text = f"{value if value >= 0 else value + (1 << (32 if value >= -(1 << 31) else 64)):X}".zfill(digits)
    return text if letter == "X" else text.lower()


def _fixed(value: Decimal, places: int, culture: Culture, *, grouped: bool) -> str:
    number = rounded(value, places)
    whole, _, fraction = f"{abs(number):f}".partition(".")
    if grouped:
        whole = _grouped(whole, culture)
    sign = "-" if number < 0 else ""
    return sign + whole + (culture.decimal + fraction if fraction else "")


def _grouped(whole: str, culture: Culture) -> str:
    if len(whole) <= 3:
        return whole
    group = culture.known(culture.group, "groups of thousands")
    return f"{int(whole):,}".replace(",", group).rjust(len(whole), "0")


def _scientific(value: Decimal, places: int, letter: str, exponent_digits: int, culture: Culture) -> str:
    if value == 0:
        exponent, mantissa = 0, rounded(Decimal(0), places)
    else:
        exponent = value.adjusted()
        mantissa = rounded(value.scaleb(-exponent, context=_WIDE), places)
        if abs(mantissa) >= 10:
            exponent += 1
            mantissa = rounded(value.scaleb(-exponent, context=_WIDE), places)
    sign = "-" if exponent < 0 else "+"
    return (
        f"{mantissa:f}".replace(".", culture.decimal) + f"{letter}{sign}{abs(exponent):0{exponent_digits}d}"
    )


def _general(value: Decimal, digits: int | None, letter: str, culture: Culture, kind: str) -> str:
    """As short as possible; a decimal keeps its scale; floats go scientific beyond their digits."""
    if not digits:
        if kind != "float":
            return f"{value:f}".replace(".", culture.decimal)
        digits = 15
    if value == 0:
        return "0"
    short = value.normalize(Context(prec=digits, rounding=ROUND_HALF_UP))
    exponent = short.adjusted()
    if -5 < exponent < digits:
        return f"{short:f}".replace(".", culture.decimal)
    mantissa = f"{short.scaleb(-exponent):f}".replace(".", culture.decimal)
    return f"{mantissa}{'E' if letter == 'G' else 'e'}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


# --- custom -------------------------------------------------------------------------------------------------


def _sections(pattern: str) -> list[str]:
    parts, current, quote, place = [], "", "", 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\" and not quote:
            current += pattern[place : place + 2]
            place += 2
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        if char == ";" and not quote:
            parts.append(current)
            current = ""
        else:
            current += char
        place += 1
    return [*parts, current]


def _custom(value: Decimal, pattern: str, culture: Culture) -> str | None:
    sections = _sections(pattern)
    negative = value < 0
    section, shown = sections[0], value
    if negative and len(sections) > 1 and sections[1]:
        section, shown = sections[1], -value
        text = _render(shown, section, culture)
        if _is_zero(shown, section) and len(sections) > 2:
            return _render(Decimal(0), sections[2], culture)
        return text
    if _is_zero(value, section):
        if len(sections) > 2 and sections[2]:
            return _render(Decimal(0), sections[2], culture)
        return _render(Decimal(0), sections[0], culture)
    text = _render(abs(value), section, culture)
    return f"-{text}" if negative else text


def _tokens(section: str) -> list[tuple[str, str]]:
    """(kind, text): digit 0 or #, point, comma, percent, exponent, literal."""
    tokens: list[tuple[str, str]] = []
    place = 0
    while place < len(section):
        char = section[place]
        exponent = re.compile(r"[eE][+-]?0+").match(section, place)
        if char == "\\":
            tokens.append(("literal", section[place + 1 : place + 2]))
            place += 2
        elif char in "'\"":
            end = section.find(char, place + 1)
            end = len(section) if end < 0 else end
            tokens.append(("literal", section[place + 1 : end]))
            place = end + 1
        elif exponent is not None:
            tokens.append(("exponent", exponent[0]))
            place = exponent.end()
        else:
            kind = {"0": "digit", "#": "digit", ".": "point", ",": "comma", "%": "percent", "‰": "percent"}
            tokens.append((kind.get(char, "literal"), char))
            place += 1
    return tokens


def _scaling(tokens: list[tuple[str, str]]) -> tuple[int, bool, int]:
    """(power of ten from % and trailing commas, whether thousands are grouped, decimals)."""
    shift, decimals, seen_point = 0, 0, False
    digits = [i for i, (kind, _) in enumerate(tokens) if kind == "digit"]
    point = next((i for i, (kind, _) in enumerate(tokens) if kind == "point"), len(tokens))
    before = [i for i in digits if i < point]
    grouped = False
    for place, (kind, text) in enumerate(tokens):
        if kind == "percent":
            shift += 2 if text == "%" else 3
        elif kind == "point":
            seen_point = True
        elif kind == "digit" and seen_point:
            decimals += 1
        elif kind == "comma" and before and place < point:
            if before[0] < place < before[-1]:
                grouped = True
            elif place > before[-1]:
                shift -= 3
    return shift, grouped, decimals


def _is_zero(value: Decimal, section: str) -> bool:
    tokens = _tokens(section)
    if any(kind == "exponent" for kind, _ in tokens):
        return value == 0
    shift, _, decimals = _scaling(tokens)
    return rounded(value.scaleb(shift, context=_WIDE), decimals) == 0


def _render(value: Decimal, section: str, culture: Culture) -> str:
    tokens = _tokens(section)
    shift, grouped, decimals = _scaling(tokens)
    exponent = next((text for kind, text in tokens if kind == "exponent"), "")
    value = value.scaleb(shift, context=_WIDE)
    power = 0
    digits_before = sum(1 for kind, _ in _before_point(tokens) if kind == "digit")
    if exponent and value:
        power = value.adjusted() - max(digits_before, 1) + 1
        value = value.scaleb(-power, context=_WIDE)
    number = rounded(value, decimals)
    whole, _, fraction = f"{number:f}".partition(".")
    whole = whole.lstrip("0")
    zeros = [text for kind, text in _before_point(tokens) if kind == "digit"]
    required = len(zeros) - zeros.index("0") if "0" in zeros else 0
    whole = whole.rjust(required, "0")
    return _filled(tokens, whole, fraction, grouped, digits_before, power, culture)


def _before_point(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    point = next((i for i, (kind, _) in enumerate(tokens) if kind == "point"), len(tokens))
    return tokens[:point]


def _filled(
    tokens: list[tuple[str, str]],
    whole: str,
    fraction: str,
    grouped: bool,
    slots: int,
    power: int,
    culture: Culture,
) -> str:
    """The tokens with digits in their places: the first whole place takes all digits that have none of their
    own.
    """
    after = [text for kind, text in tokens[len(_before_point(tokens)) :] if kind == "digit"]
    least = len(after) - after[::-1].index("0") if "0" in after else 0
    while len(fraction) > least and fraction.endswith("0"):
        fraction = fraction[:-1]
    out: list[str] = []
    remaining, slot, in_fraction, used = whole, slots, False, 0
    for kind, text in tokens:
        if kind == "point":
            if not in_fraction and fraction:
                out.append(culture.decimal)
            in_fraction = True
        elif kind == "digit" and in_fraction:
            out.append(fraction[used : used + 1])
            used += 1
        elif kind == "digit":
            count = max(0, len(remaining) - slot + 1)
            for _ in range(count):
                out.append(remaining[0])
                left = len(remaining) - 1
                remaining = remaining[1:]
                if grouped and left and left % 3 == 0:
                    out.append(culture.known(culture.group, "groups of thousands"))
            slot -= 1
        elif kind == "exponent":
            mark = text.rstrip("0")
            sign = "-" if power < 0 else "+" if "+" in mark else ""
            out.append(mark[0] + sign + str(abs(power)).rjust(len(text) - len(mark), "0"))
        elif kind in ("literal", "percent"):
            out.append(text)
    return "".join(out)

"""The DuckDB macros that compiled T-SQL calls, in the schema memory.tsqld.

Place in the pipeline: created once per DuckDB instance by `install`; `call` writes their calls. DuckDB pastes
a macro's arguments wherever its body names them, so `call` names complex arguments first where a body repeats
them.
"""

from __future__ import annotations

import re
from typing import Final

from tsqld.errors import UNSUPPORTED, unsupported
from tsqld.functions import sortorder
from tsqld.functions.sqltext import SCHEMA, is_simple, let, let_all, quote, raise_error, raise_text

_SOURCE: Final = r"""
-- comparison keys

key_cs(x) := CASE WHEN suffix(x, ' ') THEN rtrim(x, ' ') ELSE x END

key(x) := CASE WHEN suffix(x, ' ') THEN lower(rtrim(x, ' ')) ELSE lower(x) END

is_blank(x) := (x < '!' AND rtrim(x, ' ') = '')

-- cutting spaces off takes ten times as long as seeing that there are none

ltrim_spaces(x) := CASE WHEN prefix(x, ' ') THEN ltrim(x, ' ') ELSE x END

trim_spaces(x) := CASE WHEN prefix(x, ' ') OR suffix(x, ' ') THEN trim(x, ' ') ELSE x END

swapped_case(x) := translate(@key_cs(x), 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')

order_guid(x) := substr(x::VARCHAR, 25, 12) || substr(x::VARCHAR, 20, 4) || substr(x::VARCHAR, 17, 2) ||
    substr(x::VARCHAR, 15, 2) || substr(x::VARCHAR, 12, 2) || substr(x::VARCHAR, 10, 2) ||
    substr(x::VARCHAR, 7, 2) || substr(x::VARCHAR, 5, 2) || substr(x::VARCHAR, 3, 2) ||
    substr(x::VARCHAR, 1, 2)

variant_key(x) := tsqld_variant_key((x).type, (x).text)

variant_rank(x) := tsqld_variant_order((x).type, (x).text)

key_bytes(x) := unhex(regexp_replace(hex(x), '(00)+$', ''))

-- text without accents

unaccented(x) := CASE WHEN strlen(x) = length(x) THEN x ELSE tsqld_unaccented(x) END

-- upper case: sharp s has none, and code page 1252 has none of the micro sign

upper_unicode(x) := CASE WHEN strlen(x) = length(x) THEN upper(x) ELSE replace(upper(x), 'ẞ', 'ß') END

upper_ansi(x) := CASE WHEN strlen(x) = length(x) THEN upper(x) ELSE
    replace(replace(upper(x), 'ẞ', 'ß'), 'Μ', 'µ') END

-- text measured in UTF-16 units

units(x) := CASE WHEN strlen(x) = length(x) THEN length(x) ELSE length(x) + length(regexp_replace(x,
    '[^\x{10000}-\x{10FFFF}]', '', 'g')) END

left_units(x, n) := CASE WHEN strlen(x) <= n THEN x WHEN strlen(x) = length(x) OR NOT regexp_matches(x,
    '[\x{10000}-\x{10FFFF}]') THEN left(x, n) ELSE tsqld_left_units(x, n) END

right_units(x, n) := CASE WHEN strlen(x) <= n THEN x WHEN strlen(x) = length(x) OR NOT regexp_matches(x,
    '[\x{10000}-\x{10FFFF}]') THEN right(x, n) ELSE tsqld_right_units(x, n) END

sub_units(x, s, n) := CASE WHEN strlen(x) = length(x) OR NOT regexp_matches(x, '[\x{10000}-\x{10FFFF}]')
    THEN substr(x, s, n) ELSE tsqld_sub_units(x, s, n) END

left_checked(x, n) := CASE WHEN n < 0 THEN !(537) ELSE @left_units(x, n) END

right_checked(x, n) := CASE WHEN n < 0 THEN !(536,right) ELSE @right_units(x, n) END

sub_checked(x, s, n) := CASE WHEN s >= 1 AND n >= 0 AND strlen(x) = length(x) THEN substr(x, s, n)
    WHEN s IS NULL OR n IS NULL THEN NULL WHEN n < 0 THEN !(537) ELSE @sub_units(x, greatest(s, 1),
    least(2147483647, greatest(0, s::BIGINT + n - greatest(s, 1)))) END

sub_bytes(x, s, n) := CASE WHEN s IS NULL OR n IS NULL THEN NULL WHEN n < 0 THEN !(537) ELSE
    unhex(substr(hex(x), 2 * greatest(s, 1)::BIGINT - 1, 2 * greatest(0, s::BIGINT + n - greatest(s, 1)))) END

len_units(x) := CASE WHEN suffix(x, ' ') OR strlen(x) <> length(x) THEN @units(rtrim(x, ' '))
    ELSE strlen(x) END

utf16_size(x) := 2 * @units(x)

place_units(x, p) := CASE WHEN p = 0 OR strlen(x) = length(x) THEN p ELSE @units(left(x, (p - 1)::BIGINT))
    + 1 END

position(x, y) := CASE WHEN strlen(x) = length(x) AND y <> '' THEN instr(x, y) WHEN y = '' AND x IS NOT NULL
    THEN 0 ELSE @place_units(x, instr(x, y)) END

position_from(x, y, s) := CASE WHEN x IS NULL OR y IS NULL OR s IS NULL THEN NULL WHEN y = '' OR s >
    2147483647 THEN 0 WHEN s <= 1 THEN @position(x, y) WHEN instr(@sub_units(x, s::INTEGER, 2147483647), y)
    = 0 THEN 0 ELSE @position(@sub_units(x, s::INTEGER, 2147483647), y) + s - 1 END

replace_exact(x, f, b) := CASE WHEN f = '' AND b IS NOT NULL THEN x ELSE replace(x, f, b) END

replace_folded(x, f, b) := CASE WHEN b IS NULL THEN NULL WHEN f = '' OR NOT contains(lower(x), lower(f))
    THEN x ELSE regexp_replace(x, '(?i)' || regexp_escape(f), replace(b, '\', '\\'), 'g') END

stuffed(x, s, n, b) := CASE WHEN s > 0 AND n >= 0 AND s <= @units(x) THEN @sub_units(x, 1, s - 1) || b
    || @sub_units(x, least(2147483647, s::BIGINT + n)::INTEGER, 2147483647) END

reversed(x) := CASE WHEN strlen(x) = length(x) AND NOT contains(x, chr(13)) THEN reverse(x) ELSE
    tsqld_reverse(x) END

repeated(x, n, top) := CASE WHEN n >= 0 THEN @left_units(repeat(x, least(n, top // greatest(1, length(x))
    + 1)), top) END

nchar(n) := CASE WHEN n BETWEEN 0 AND 65535 AND NOT n BETWEEN 55296 AND 57343 THEN chr(n) END

bracketed(x) := CASE WHEN @units(x) <= 128 THEN '[' || replace(x, ']', ']]') || ']' END

pad_units(x, n) := CASE WHEN strlen(x) = length(x) OR NOT regexp_matches(x, '[\x{10000}-\x{10FFFF}]') THEN
    rpad(x, n, ' ') ELSE tsqld_pad_units(x, n) END

to_ansi(x) := CASE WHEN strlen(x) = length(x) THEN x ELSE tsqld_to_ansi(x) END

ansi(x) := CASE WHEN strlen(x) = length(x) THEN encode(x) ELSE tsqld_ansi_bytes(x) END

utf16(x) := tsqld_utf16_bytes(x)

-- bytes

left_bytes(x, n) := CASE WHEN octet_length(x) <= n THEN x ELSE unhex(left(hex(x), 2 * n)) END

right_bytes(x, n) := CASE WHEN octet_length(x) <= n THEN x ELSE unhex(right(hex(x), 2 * n)) END

pad_bytes(x, n) := CASE WHEN octet_length(x) = n THEN x ELSE unhex(rpad(hex(x), 2 * n, '0')) END

number_bytes(x, n) := unhex(CASE WHEN octet_length(x) >= n THEN right(hex(x), 2 * n) ELSE lpad(hex(x), 2 *
    n, '0') END)

bytes_to_integer(x, n) := tsqld_integer_of_bytes(x, n)

-- numbers

both(x, y, r) := CASE WHEN x IS NULL OR y IS NULL THEN NULL ELSE r END

within(x, top) := CASE WHEN x BETWEEN -top - 0.0001 AND top THEN x END

round_money(x) := round(x, 0)

money_range(x) := CASE WHEN x BETWEEN -922337203685477.5808 AND 922337203685477.5807 THEN x::DECIMAL(19,4)
    WHEN x IS NULL THEN NULL ELSE !(8115,expression,money) END

smallmoney_range(x) := CASE WHEN x BETWEEN -214748.3648 AND 214748.3647 THEN x::DECIMAL(10,4) WHEN x IS
    NULL THEN NULL ELSE !(8115,expression,smallmoney) END

round_float(x, n, f) := CASE WHEN f <> 0 THEN trunc(x * pow(10.0::DOUBLE, n)) / pow(10.0::DOUBLE, n) WHEN
    abs(n) > 300 THEN CASE WHEN n > 0 THEN x ELSE 0 * x END ELSE round(x, n) END

plain_number(x) := right(x, 1) >= '.' AND x > '!' AND NOT contains(x, 'e') AND NOT contains(x, 'E') AND
    NOT contains(x, '_')

grouped(x, n) := CASE WHEN x[1] = '-' THEN '-' ELSE '' END || format('{:,}',
    left(ltrim(x, '-'), length(ltrim(x, '-')) - n)::HUGEINT) || right(x, n)

finite(x) := CASE WHEN isfinite(x) THEN x END

leading_zero(x) := CASE WHEN x[1] = '.' THEN '0' || x WHEN left(x, 2) = '-.' THEN '-0' || substr(x, 2)
    ELSE x END

money_two(x) := (CASE WHEN x < 0 AND round(x, 2) = 0 THEN abs(round(x, 2)) ELSE round(x, 2) END)::VARCHAR

money_four(x) := (x)::DECIMAL(19,4)::VARCHAR

money_commas(x) := CASE WHEN round(x, 2) < 0 THEN '-' ELSE '' END || format('{:,}', trunc(abs(round(x,
    2)))::BIGINT) || right(round(x, 2)::VARCHAR, 3)

long_exponent(x) := CASE WHEN contains(x, 'e') AND regexp_matches(x, 'e[-+][0-9][0-9]$') THEN left(x,
    length(x) - 2) || '0' || right(x, 2) ELSE x END

-- dates

utc_of(x) := (x).utc

local_of(x) := ((x).utc + to_minutes((x).minutes::BIGINT))

offset_of(x, m) := CASE WHEN x IS NOT NULL THEN {utc: x, minutes: (m)::SMALLINT} END

offset_text(x) := CASE WHEN (x).minutes < 0 THEN '-' ELSE '+' END || lpad((abs((x).minutes) //
    60)::VARCHAR, 2, '0') || ':' || lpad((abs((x).minutes) % 60)::VARCHAR, 2, '0')

days_of(x) := (round((epoch_us(x) + 2208988800000000) * 3 / 10000) / 25920000.0::DOUBLE)

thirds(us) := ((((us) * 3 + 5000) // 10000 * 10 + 1) // 3)

micros(x) := (epoch_us(x) + 62135596800000000)

-- ticks of 100 ns, counted from 0001-01-01: .999999 stands for .9999999 where there is a seventh digit

ticks_of(x) := ((epoch_us(x) + 62135596800000000) * 10)

last_tick(us) := CASE WHEN (us) % 1000000 IN (999999, -1) THEN 9 ELSE 0 END

ticks_of_seven(x) := ((epoch_us(x) + 62135596800000000) * 10 + @last_tick(epoch_us(x)))

clock_ticks(x) := (epoch_us(x) * 10)

clock_ticks_seven(x) := (epoch_us(x) * 10 + @last_tick(epoch_us(x)))

zoned_ticks(x) := CASE WHEN x IS NOT NULL THEN {ticks: @ticks_of((x).utc), minutes: (x).minutes} END

zoned_ticks_seven(x) := CASE WHEN x IS NOT NULL THEN {ticks: @ticks_of_seven((x).utc), minutes:
    (x).minutes} END

floor_ticks(t) := make_timestamp(((t) - ((t) % 10 + 10) % 10) // 10 - 62135596800000000)

datetime2_of_ticks(t) := CASE WHEN (t) % 10 = 0 OR (t) % 10000000 = 9999999 THEN @floor_ticks(t)
    WHEN t IS NOT NULL THEN !(50100,a seventh digit of a second here) END

time_of_ticks(t) := CASE WHEN (t) % 10 = 0 OR (t) % 10000000 = 9999999 THEN make_timestamp((t) // 10)::TIME
    WHEN t IS NOT NULL THEN !(50100,a seventh digit of a second here) END

datetimeoffset_of_ticks(t) := CASE WHEN t IS NOT NULL THEN {utc: @datetime2_of_ticks((t).ticks), minutes:
    (t).minutes} END

datetime_seven(x) := (@ticks_of(date_trunc('second', x)) + ((microsecond(x) % 1000000 * 3 + 5000) // 10000 *
    100000 + 1) // 3)

round_ticks(t, u) := CASE WHEN (t) % u = 0 THEN t WHEN (t) >= 3155378975990000000 THEN (t) // u * u ELSE
    ((t) + u // 2) // u * u END

timestamp_of(us) := make_timestamp((us) - 62135596800000000)

to_datetime(x) := CASE WHEN x >= TIMESTAMP '1753-01-01' AND x < TIMESTAMP '9999-12-31 23:59:59.9985' THEN
    @timestamp_of(@thirds(@micros(x)) * 1000) END

ticks_to_datetime(t) := @to_datetime(@timestamp_of(((t) - (t) % 10000000) // 10 + ((t) % 10000000 * 3 +
    50000) // 100000 * 10000 // 3))

to_smalldatetime(x) := CASE WHEN x >= TIMESTAMP '1900-01-01' AND x < TIMESTAMP '2079-06-06 23:59:29.999'
    THEN date_trunc('minute', x + to_microseconds(30001000)) END

round_timestamp(x, u) := CASE WHEN epoch_us(x) % u = 0 THEN x WHEN x >= TIMESTAMP '9999-12-31 23:59:59'
    THEN @timestamp_of(@micros(x) // u * u) ELSE @timestamp_of((@micros(x) + u // 2) // u * u) END

round_time(x, u) := CASE WHEN u = 1 OR epoch_us(x) % u = 0 THEN x ELSE make_timestamp((epoch_us(x) + u //
    2) // u * u)::TIME END

round_offset(x, u) := CASE WHEN x IS NULL THEN NULL WHEN u = 1 THEN x ELSE {utc: @round_timestamp((x).utc,
    u), minutes: (x).minutes} END

datetime_thirds(x) := @timestamp_of(((@micros(x) * 3 + 5000) // 10000 * 20000 + 3) // 6)

days_to_datetime(n) := CASE WHEN n BETWEEN -53690 AND 2958463 THEN TIMESTAMP '1900-01-01' +
    to_days((n)::INTEGER) END

ticks_timestamp(t) := @timestamp_of((((t) + 17977982400000) * 10 + 1) // 3 * 1000)

fraction_to_datetime(n) := CASE WHEN n >= -53690 AND n < 2958464 THEN
    @ticks_timestamp(round(n * 25920000::DOUBLE)::BIGINT) END

-- hashes of varchar: DuckDB's own where the text is ASCII, so that its UTF-8 bytes are code page 1252's

hash_md5(x) := CASE WHEN strlen(x) = length(x) THEN unhex(md5(x)) ELSE tsqld_hash_ansi(x, 'md5') END

hash_sha1(x) := CASE WHEN strlen(x) = length(x) THEN unhex(sha1(x)) ELSE tsqld_hash_ansi(x, 'sha1') END

hash_sha256(x) := CASE WHEN strlen(x) = length(x) THEN unhex(sha256(x)) ELSE tsqld_hash_ansi(x, 'sha256')
    END

hash_unicode_md5(x) := CASE WHEN strlen(x) = length(x) AND x <> '' THEN
    unhex(md5(encode(array_to_string(string_split(x, ''), chr(0)) || chr(0))))
    ELSE tsqld_hash_unicode(x, 'md5') END

hash_unicode_sha1(x) := CASE WHEN strlen(x) = length(x) AND x <> '' THEN
    unhex(sha1(encode(array_to_string(string_split(x, ''), chr(0)) || chr(0))))
    ELSE tsqld_hash_unicode(x, 'sha1') END

hash_unicode_sha256(x) := CASE WHEN strlen(x) = length(x) AND x <> '' THEN
    unhex(sha256(encode(array_to_string(string_split(x, ''), chr(0)) || chr(0))))
    ELSE tsqld_hash_unicode(x, 'sha256') END

-- JSON: scalars that DuckDB reads alike; numbers with a point keep the text they have

json_value(x, p) := CASE TRY(json_type(x, p)) WHEN 'VARCHAR' THEN CASE WHEN
    length(TRY(json_extract_string(x, p))) <= 4000 THEN TRY(json_extract_string(x, p)) END
    WHEN 'BOOLEAN' THEN TRY(json_extract_string(x, p)) WHEN 'BIGINT' THEN TRY(json_extract_string(x, p))
    WHEN 'UBIGINT' THEN CASE WHEN TRY(json_extract_string(x, p)) <> '0' THEN TRY(json_extract_string(x, p))
    ELSE tsqld_json_value(x, p) END WHEN 'DOUBLE' THEN tsqld_json_value(x, p) ELSE CASE WHEN NOT json_valid(x)
    THEN tsqld_json_value(x, p) END END

-- moving dates; NULL where the result is outside 0001 to 9999

add_months(x, n, k) := CASE WHEN n BETWEEN -120000 AND 120000 THEN x + to_months((n * k)::INTEGER) END

add_days(x, n, k) := CASE WHEN n BETWEEN -3660000 AND 3660000 THEN x + to_days((n * k)::INTEGER) END

add_micros(x, n, k) := CASE WHEN abs(n::BIGINT) <= 316000000000000000 // k THEN x +
    to_microseconds(n::BIGINT * k) END

add_clock(x, n, k) := make_timestamp(((epoch_us(x) + n::BIGINT * k % 86400000000) % 86400000000 +
    86400000000) % 86400000000)::TIME

trunc_clock(x, k) := make_timestamp(epoch_us(x) // k * k)::TIME

in_date(x) := CASE WHEN x >= TIMESTAMP '0001-01-01' AND x < TIMESTAMP '10000-01-01' THEN x::DATE END

in_datetime2(x, u) := CASE WHEN x >= TIMESTAMP '0001-01-01' AND x < TIMESTAMP '10000-01-01' THEN
    @round_timestamp(x, u) END

in_datetime(x) := @to_datetime(x)

in_smalldatetime(x) := @to_smalldatetime(x)

offset_of_local(x, m) := CASE WHEN x IS NOT NULL THEN {utc: x - to_minutes((m)::BIGINT), minutes:
    (m)::SMALLINT} END

switched(x, m) := CASE WHEN x IS NULL OR m IS NULL THEN NULL ELSE {utc: (x).utc, minutes: (m)::SMALLINT}
    END

date_from_parts(y, m, d) := CASE WHEN y IS NULL OR m IS NULL OR d IS NULL THEN NULL WHEN y BETWEEN 1 AND
    9999 AND m BETWEEN 1 AND 12 AND d BETWEEN 1 AND CASE WHEN m = 2 THEN CASE WHEN y % 4 = 0 AND (y % 100
    <> 0 OR y % 400 = 0) THEN 29 ELSE 28 END WHEN m IN (4, 6, 9, 11) THEN 30 ELSE 31 END THEN make_date(y,
    m, d) ELSE !(289,date) END

-- counting boundaries

count_years(x) := year(x)

count_quarters(x) := (year(x) * 4 + quarter(x))

count_months(x) := (year(x) * 12 + month(x))

count_days(x) := (x::DATE - DATE '0001-01-01')

-- parts

part_year(x) := year(x)

part_quarter(x) := quarter(x)

part_month(x) := month(x)

part_dayofyear(x) := dayofyear(x)

part_day(x) := day(x)

part_week(x) := ((dayofyear(x) + dayofweek(date_trunc('year', x)) - 1) // 7 + 1)

part_weekday(x) := (dayofweek(x) + 1)

part_iso_week(x) := weekofyear(x)

part_hour(x) := hour(x)

part_minute(x) := minute(x)

part_second(x) := second(x)

part_millisecond(x) := (microsecond(x) % 1000000 // 1000)

part_microsecond(x) := (microsecond(x) % 1000000)

thirds_in(x, n) := (((microsecond(x) % 1000000 * 3 + 5000) // 10000)::BIGINT * n // 300)::INTEGER

trunc_week(x) := (date_trunc('day', x) - to_days(dayofweek(x)::INTEGER))::TIMESTAMP

bucket_micros(x, n, o, k) := (@timestamp_of(@micros(o) + (((@micros(x) - @micros(o)) - (((@micros(x) -
    @micros(o)) % (n::HUGEINT * k) + n::HUGEINT * k) % (n::HUGEINT * k)))::BIGINT)))

month_bucket(x, w, o, m) := (o + to_months((m - ((m % w) + w) % w)::INTEGER))

bucket_months(x, n, o, k) := @month_bucket(x, (n * k)::BIGINT, o, (@count_months(x) - @count_months(o) -
    CASE WHEN o + to_months((@count_months(x) - @count_months(o))::INTEGER) > x THEN 1 ELSE 0 END))

datetime_ticks(x) := ((@micros(x) * 3 + 5000) // 10000 - 17977982400000)

ticks_datetime(t) := CASE WHEN t BETWEEN -1391644800000 AND 76683386879999 THEN @ticks_timestamp(t)
    WHEN t IS NULL THEN NULL ELSE !(8115,expression,datetime) END

datetime_add(x, y) := @ticks_datetime(@datetime_ticks(x) + @datetime_ticks(y))

datetime_subtract(x, y) := @ticks_datetime(@datetime_ticks(x) - @datetime_ticks(y))
"""
_ENTRY = re.compile(r"(\w+)\(([^)]*)\) := (.*)", re.DOTALL)


def _body(written: str) -> str:
    """DuckDB text of a body: @name is one of our macros, !(number,place…) raises an error."""
    text = re.sub(r"\n *", " ", written.strip())
    text = re.sub(r"!\((\d+)((?:,[\w ]+)*)\)", _raised, text)
    return re.sub(r"@(\w+)", rf"{SCHEMA}.\1", text)


def _raised(found: re.Match[str]) -> str:
    number, places = int(found[1]), found[2].split(",")[1:]
    if number == UNSUPPORTED:
        return raise_text(number, quote(unsupported(places[0]).message))
    return raise_error(number, *places)


def _entries() -> dict[str, str]:
    """Signature → body, in the order of the source."""
    entries: dict[str, str] = {}
    keys, _, rest = _SOURCE.strip().partition("\n\norder_guid")
    for block in f"{keys}\n\n{sortorder.SOURCE}\n\norder_guid{rest}".split("\n\n"):
        found = _ENTRY.match(block)
        if found is not None:
            entries[f"{found[1]}({found[2]})"] = _body(found[3])
    return entries


_BODIES: Final = _entries()


def macro(signature: str, body: str) -> str:
    """The statement that creates one macro."""
    return f"CREATE OR REPLACE MACRO {SCHEMA}.{signature} AS ({body})"


MACROS: tuple[str, ...] = (
    f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
    *(macro(signature, body) for signature, body in _BODIES.items()),
)


_SIGNATURE = re.compile(r"(\w+)\(([^)]*)\)")


def _repeated() -> dict[str, frozenset[int]]:
    """Macro → places of the parameters its body, or a macro its body calls, names more than once."""
    found: dict[str, frozenset[int]] = {}
    for signature, body in _BODIES.items():
        match = _SIGNATURE.match(signature)
        assert match is not None
        name, parameters = match[1], [word.strip() for word in match[2].split(",")]
        inner = any(found.get(called) for called in re.findall(rf"{SCHEMA}\.(\w+)", body))
        found[name] = frozenset(
            place
            for place, word in enumerate(parameters)
            if inner or len(re.findall(rf"\b{word}\b", body)) > 1
        )
    return found


_REPEATED: Final = _repeated()


def call(macro_name: str, *arguments: str) -> str:
    """A call of one of our macros that evaluates each argument once."""
    repeated = _REPEATED[macro_name]
    if all(place not in repeated or is_simple(text) for place, text in enumerate(arguments)):
        return f"{SCHEMA}.{macro_name}({', '.join(arguments)})"
    complex_places = [place for place, text in enumerate(arguments) if not is_simple(text)]
    if len(complex_places) == 1:
        place = complex_places[0]
        before, after = arguments[:place], arguments[place + 1 :]
        return let(
            arguments[place], lambda name: f"{SCHEMA}.{macro_name}({', '.join((*before, name, *after))})"
        )
    return let_all(list(arguments), lambda *names: f"{SCHEMA}.{macro_name}({', '.join(names)})")

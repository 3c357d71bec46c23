"""The cultures FORMAT and PARSE know: separators, names and date patterns.

Place in the pipeline: data for `netnumbers`, `netdates` and `parsing`. Source: Microsoft Learn, "FORMAT",
"Standard numeric format strings", "Standard date and time format strings"; the rest is what every version of
Windows since Server 2016 agrees on. CLDR's data (Babel) would be wrong: .NET Framework takes Windows' own.
What is not certain is None here, and asking for it is refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeVar

from tsqld.errors import TsqlError, unsupported

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Culture:
    """One culture. `currency` and `negative_currency` hold n for the number and $ for the sign.

    `genitive_months` are the names beside a day, where they differ; `order` is that of a date in digits.
    """

    name: str
    order: str
    decimal: str
    group: str | None
    months: tuple[str, ...]
    days: tuple[str, ...]
    patterns: dict[str, str]
    date_separator: str | None
    short_months: tuple[str, ...] | None = None
    short_days: tuple[str, ...] | None = None
    genitive_months: tuple[str, ...] | None = None
    sign: str | None = None
    currency: str | None = None
    negative_currency: str | None = None
    currency_decimals: int = 2
    percent: str | None = None
    am: str | None = ""
    pm: str | None = ""
    aliases: tuple[str, ...] = field(default=())

    def known(self, value: T | None, piece: str) -> T:
        """`value`, a part of this culture. Error 50100 where the part is not certain."""
        if value is None:
            raise unsupported(f"FORMAT with the culture {self.name}: {piece}")
        return value


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ENGLISH: Final = _names(
    "January February March April May June July August September October November December"
)
_ENGLISH_DAYS: Final = _names("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_SHORT_ENGLISH: Final = tuple(name[:3] for name in _ENGLISH)
_SHORT_ENGLISH_DAYS: Final = tuple(name[:3] for name in _ENGLISH_DAYS)


def _patterns(d: str, long: str, t: str, m: str, y: str) -> dict[str, str]:
    """The patterns d, D, t, T, m and y; an empty one is not certain."""
    seconds = t.replace("mm", "mm:ss")
    found = {"d": d, "D": long, "t": t, "T": seconds, "m": m, "y": y}
    return {letter: pattern for letter, pattern in found.items() if pattern}


def _western(name: str, short: str, *aliases: str, **more: object) -> Culture:
    """A culture that writes 1.234,56 and dates as day, month, year with `short` between them."""
    values: dict[str, object] = {"order": "dmy", "decimal": ",", "group": ".", "date_separator": short}
    values |= more
    return Culture(name, aliases=aliases, **values)  # type: ignore[arg-type]


INVARIANT: Final = Culture(
    "iv", "mdy", ".", ",", _ENGLISH, _ENGLISH_DAYS,
    _patterns("MM/dd/yyyy", "dddd, dd MMMM yyyy", "HH:mm", "MMMM dd", "yyyy MMMM"), "/",
    _SHORT_ENGLISH, _SHORT_ENGLISH_DAYS, sign="¤", currency="$n", negative_currency="($n)", percent="n %",
    am="AM", pm="PM",
)  # fmt: skip
EN_US: Final = Culture(
    "en-US", "mdy", ".", ",", _ENGLISH, _ENGLISH_DAYS,
    _patterns("M/d/yyyy", "dddd, MMMM d, yyyy", "h:mm tt", "MMMM d", "MMMM yyyy"), "/",
    _SHORT_ENGLISH, _SHORT_ENGLISH_DAYS, sign="$", currency="$n", negative_currency="($n)", percent="n%",
    am="AM", pm="PM", aliases=("en",),
)  # fmt: skip
_EN_GB: Final = Culture(
    "en-GB", "dmy", ".", ",", _ENGLISH, _ENGLISH_DAYS,
    _patterns("dd/MM/yyyy", "dd MMMM yyyy", "HH:mm", "d MMMM", "MMMM yyyy"), "/",
    _SHORT_ENGLISH, _SHORT_ENGLISH_DAYS, sign="£", currency="$n", negative_currency="-$n", percent="n%",
    am="AM", pm="PM",
)  # fmt: skip
_EN_AU: Final = Culture(
    "en-AU", "dmy", ".", ",", _ENGLISH, _ENGLISH_DAYS,
    _patterns("d/MM/yyyy", "dddd, d MMMM yyyy", "h:mm tt", "d MMMM", "MMMM yyyy"), "/",
    _SHORT_ENGLISH, _SHORT_ENGLISH_DAYS, sign="$", currency="$n", negative_currency="-$n", percent="n%",
    am="AM", pm="PM",
)  # fmt: skip
_DE_DE: Final = _western(
    "de-DE", ".", "de",
    months=_names("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    short_months=_names("Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez"),
    days=_names("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"),
    short_days=_names("Mo Di Mi Do Fr Sa So"), sign="€", currency="n $", negative_currency="-n $",
    percent="n %",
    patterns=_patterns("dd.MM.yyyy", "dddd, d. MMMM yyyy", "HH:mm", "d. MMMM", "MMMM yyyy"),
)  # fmt: skip
_FR_FR: Final = _western(
    "fr-FR", "/", "fr", group=None,
    months=_names(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    ),
    short_months=_names("janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."),
    days=_names("lundi mardi mercredi jeudi vendredi samedi dimanche"),
    short_days=_names("lun. mar. mer. jeu. ven. sam. dim."), sign="€", currency="n $",
    negative_currency="-n $", percent="n %",
    patterns=_patterns("dd/MM/yyyy", "dddd d MMMM yyyy", "HH:mm", "d MMMM", "MMMM yyyy"),
)  # fmt: skip
_ES_ES: Final = _western(
    "es-ES", "/", "es",
    months=_names(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    ),
    days=_names("lunes martes miércoles jueves viernes sábado domingo"), sign="€", currency="n $",
    negative_currency="-n $",
    patterns=_patterns(
        "dd/MM/yyyy", "dddd, d' de 'MMMM' de 'yyyy", "H:mm", "d' de 'MMMM", "MMMM' de 'yyyy"
    ),
)  # fmt: skip
_IT_IT: Final = _western(
    "it-IT", "/", "it",
    months=_names(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
    ),
    short_months=_names("gen feb mar apr mag giu lug ago set ott nov dic"),
    days=_names("lunedì martedì mercoledì giovedì venerdì sabato domenica"),
    short_days=_names("lun mar mer gio ven sab dom"),
    patterns=_patterns("dd/MM/yyyy", "dddd d MMMM yyyy", "HH:mm", "d MMMM", "MMMM yyyy"),
)  # fmt: skip
_NL_NL: Final = _western(
    "nl-NL", "-", "nl",
    months=_names("januari februari maart april mei juni juli augustus september oktober november december"),
    short_months=_names("jan feb mrt apr mei jun jul aug sep okt nov dec"),
    days=_names("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"),
    short_days=_names("ma di wo do vr za zo"), sign="€", currency="$ n", negative_currency="$ -n",
    patterns=_patterns("d-M-yyyy", "dddd d MMMM yyyy", "HH:mm", "d MMMM", "MMMM yyyy"),
)  # fmt: skip
_PT_BR: Final = _western(
    "pt-BR", "/", "pt",
    months=_names(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
    ),
    short_months=_names("jan fev mar abr mai jun jul ago set out nov dez"),
    days=_names("segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo"),
    short_days=_names("seg ter qua qui sex sáb dom"),
    patterns=_patterns(
        "dd/MM/yyyy", "dddd, d' de 'MMMM' de 'yyyy", "HH:mm", "d' de 'MMMM", "MMMM' de 'yyyy"
    ),
)  # fmt: skip
_DA_DK: Final = _western(
    "da-DK", "-", "da",
    months=_names("januar februar marts april maj juni juli august september oktober november december"),
    days=_names("mandag tirsdag onsdag torsdag fredag lørdag søndag"),
    patterns=_patterns("dd-MM-yyyy", "d. MMMM yyyy", "HH:mm", "d. MMMM", "MMMM yyyy"),
)  # fmt: skip
_SV_SE: Final = _western(
    "sv-SE", "-", "sv", order="ymd", group="\xa0",
    months=_names("januari februari mars april maj juni juli augusti september oktober november december"),
    days=_names("måndag tisdag onsdag torsdag fredag lördag söndag"),
    patterns=_patterns("yyyy-MM-dd", "'den 'd MMMM yyyy", "HH:mm", "'den 'd MMMM", "MMMM yyyy"),
)  # fmt: skip
_PL_PL: Final = _western(
    "pl-PL", "", "pl", group="\xa0", date_separator=None,
    months=_names(
        "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień"
    ),
    genitive_months=_names(
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"
    ),
    days=_names("poniedziałek wtorek środa czwartek piątek sobota niedziela"),
    patterns=_patterns("", "d MMMM yyyy", "HH:mm", "d MMMM", "MMMM yyyy"),
)  # fmt: skip
_RU_RU: Final = _western(
    "ru-RU", ".", "ru", group="\xa0",
    months=_names("Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь"),
    genitive_months=_names(
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
    ),
    days=_names("понедельник вторник среда четверг пятница суббота воскресенье"),
    patterns=_patterns("dd.MM.yyyy", "d MMMM yyyy 'г.'", "", "", "MMMM yyyy"),
)  # fmt: skip
_TR_TR: Final = _western(
    "tr-TR", ".", "tr", percent="%n",
    months=_names("Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"),
    short_months=_names("Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara"),
    days=_names("Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar"),
    short_days=_names("Pzt Sal Çar Per Cum Cmt Paz"), am=None, pm=None,
    patterns=_patterns("", "d MMMM yyyy dddd", "HH:mm", "d MMMM", "MMMM yyyy"),
)  # fmt: skip
_JA_JP: Final = Culture(
    "ja-JP", "ymd", ".", ",", tuple(f"{month}月" for month in range(1, 13)),
    tuple(f"{day}曜日" for day in "月火水木金土日"),
    _patterns("yyyy/MM/dd", "yyyy'年'M'月'd'日'", "H:mm", "M月d日", "yyyy'年'M'月'"), "/",
    short_days=tuple("月火水木金土日"), sign="¥", currency="$n", negative_currency="-$n",
    currency_decimals=0, am="午前", pm="午後", aliases=("ja",),
)  # fmt: skip
_ZH_CN: Final = Culture(
    "zh-CN", "ymd", ".", ",", _names("一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月"),
    tuple(f"星期{day}" for day in "一二三四五六日"),
    _patterns("yyyy/M/d", "yyyy'年'M'月'd'日'", "H:mm", "M月d日", "yyyy'年'M'月'"), "/",
    short_days=tuple(f"周{day}" for day in "一二三四五六日"), sign="¥", currency="$n",
    negative_currency="$-n", am="上午", pm="下午", aliases=("zh", "zh-Hans"),
)  # fmt: skip
_KO_KR: Final = Culture(
    "ko-KR", "ymd", ".", ",", tuple(f"{month}월" for month in range(1, 13)),
    tuple(f"{day}요일" for day in "월화수목금토일"),
    _patterns("yyyy-MM-dd", "yyyy'년' M'월' d'일' dddd", "tt h:mm", "M월 d일", "yyyy'년' M'월'"), "-",
    short_days=tuple("월화수목금토일"), sign="₩", currency="$n", negative_currency="-$n",
    currency_decimals=0, am="오전", pm="오후", aliases=("ko",),
)  # fmt: skip

_ALL: Final = (
    INVARIANT, EN_US, _EN_GB, _EN_AU, _DE_DE, _FR_FR, _ES_ES, _IT_IT, _NL_NL, _PT_BR, _DA_DK, _SV_SE, _PL_PL,
    _RU_RU, _TR_TR, _JA_JP, _ZH_CN, _KO_KR,
)  # fmt: skip
CULTURES: Final = {name.lower(): culture for culture in _ALL for name in (culture.name, *culture.aliases)}


def culture_named(name: str, function: str, line: int = 0) -> Culture:
    """The culture called `name`. Errors: 9818 for a name that is none, 50100 for one that is not kept."""
    found = CULTURES.get(name.lower())
    if found is not None:
        return found
    parts = name.split("-")
    if not (2 <= len(parts[0]) <= 3) or not all(part.isascii() and part.isalnum() for part in parts):
        text = f"The culture parameter '{name}' provided in the function call is not supported."
        raise TsqlError(9818, text, line=line)
    raise unsupported(f"{function} with the culture {name}", line)

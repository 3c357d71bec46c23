"""Where these functions are known to answer otherwise than SQL Server, for the coverage page.

Place in the pipeline: data only; the documentation is generated from it and from `registry.coverage`.
"""

from __future__ import annotations

from typing import Final

DEVIATIONS: Final[tuple[tuple[str, str], ...]] = (
    ("Order of text", "letters outside Latin sort by code point; accents count after all letters, not each "
     "in its place"),
    ("Equality of text", "ligatures and expansions (ß and ss, æ and ae) and full-width forms differ here"),
    ("Collations that ignore accents", "REPLACE, TRANSLATE, TRIM of characters and STRING_SPLIT are refused "
     "under them, and so are letters such as ø and ß"),
    ("Ranges in LIKE", "ranges of letters hold accented letters, other ranges follow code points; a "
     "case-sensitive collation does not interleave the cases"),
    ("Surrogate pairs", "functions count UTF-16 units, but a pair that would be torn apart is left "
     "out whole"),
    ("Precision of time", "tables keep microseconds: a seventh digit is exact in expressions, variables and "
     "results, and refused with 50100 where a table, a derived table or a value of several sources would "
     "keep it, except that .9999999 and .999999 are one value there, shown as .9999999; datetime stored as "
     "datetime2(7) ends in .3333330 where SQL Server has .3333333"),
    ("datetime", "values are kept as .000, .003 and .007 milliseconds"),
    ("float to decimal", "by 17 significant digits; SQL Server's own digits beyond the 15th vary by version"),
    ("nvarchar to varchar", "code page 1252; accented letters outside it lose their accent, others become ?"),
    ("CONVERT", "the Hijri style 130, whose months are written in Arabic, is refused"),
    ("SET ANSI_WARNINGS OFF", "text that does not fit and divisions by zero stay errors"),
    ("FORMAT, PARSE", "18 cultures; what Windows' versions disagree on, such as the thousands separator of "
     "fr-FR, is refused"),
    ("CHECKSUM, BINARY_CHECKSUM", "equal lists have equal sums and the sum of an int is the int, but the "
     "other numbers are not SQL Server's, whose algorithm is not documented"),
    ("JSON_VALUE", "a lax path over text that is malformed behind the value found may not raise 13609"),
    ("xml", "DTDs and xml methods are refused"),
    ("sql_variant", "text in it is ordered by code points without case"),
    ("AT TIME ZONE", "rules come from the machine's tz database, not from Windows"),
)  # fmt: skip

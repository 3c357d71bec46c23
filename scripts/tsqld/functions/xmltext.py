"""Text that becomes xml: checked to be well formed, and kept the way SQL Server writes it back.

Place in the pipeline: called by `to_text` through DuckDB. Source: Microsoft Learn, "xml (Transact-SQL)",
"Create instances of XML data", "CAST and CONVERT" (styles for xml): content may have several roots or none,
the XML declaration and white space between tags go, attributes stand in double quotes, an element without
content is one tag, CDATA becomes text.
"""

from __future__ import annotations

from typing import Final
from xml.parsers import expat

from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions.udfs import udf

_HEAD: Final = "<tsqld>"
_TAIL: Final = "</tsqld>"
_CODES: Final = expat.errors.codes
_NUMBERS: Final = {
    _CODES[expat.errors.XML_ERROR_TAG_MISMATCH]: 9436,
    _CODES[expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: 9437,
    _CODES[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: 9448,
    _CODES[expat.errors.XML_ERROR_UNCLOSED_TOKEN]: 9400,
    _CODES[expat.errors.XML_ERROR_NO_ELEMENTS]: 9400,
    _CODES[expat.errors.XML_ERROR_UNBOUND_PREFIX]: 9459,
}
_ILLEGAL: Final = 9455


class _Writer:
    """Writes what the parser meets."""

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self.parts: list[str] = []
        self.text: list[str] = []
        self.prefixes: list[frozenset[str]] = [frozenset({"xml", "xmlns", ""})]
        self.is_open = False

    def start(self, name: str, attributes: list[str]) -> None:
        self.flush()
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        known = self.prefixes[-1] | {key[6:] for key, _ in pairs if key.startswith("xmlns:")}
        for written in (name, *(key for key, _ in pairs)):
            if ":" in written and written.partition(":")[0] not in known:
                raise _Undeclared
        self.prefixes.append(known)
        self._shut()
        self.parts.append(f"<{name}" + "".join(f' {key}="{_attribute(value)}"' for key, value in pairs))
        self.is_open = True

    def end(self, name: str) -> None:
        self.flush()
        self.prefixes.pop()
        self.parts.append("/>" if self.is_open else f"</{name}>")
        self.is_open = False

    def data(self, text: str) -> None:
        self.text.append(text)

    def comment(self, text: str) -> None:
        self._whole(f"<!--{text}-->")

    def instruction(self, target: str, text: str) -> None:
        self._whole(f"<?{target} {text}?>")

    def _whole(self, text: str) -> None:
        self.flush()
        self._shut()
        self.parts.append(text)

    def flush(self) -> None:
        text, self.text = "".join(self.text), []
        if text and (self.keep or text.strip(" \t\r\n")):
            self._shut()
            self.parts.append(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))

    def _shut(self) -> None:
        if self.is_open:
            self.parts.append(">")
            self.is_open = False


class _Undeclared(Exception):
    """A prefix that no xmlns declares."""


@udf("xml", "VARCHAR, BOOLEAN", "VARCHAR", lenient=True)
def xml(text: str, keep: bool) -> str:
    """xml content as it is kept; `keep` leaves white space alone. Errors: 9400, 9421, 9436, 9437, 9448, 9455,
    9459."""
    content = text.removeprefix("\ufeff")
    if content.lstrip().startswith("<?xml ") and "?>" in content:
        content = " " * (content.index("?>") + 2) + content[content.index("?>") + 2 :]
    if "<!DOCTYPE" in content:
        raise unsupported("xml with a DTD")
    writer = _Writer(keep)
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = writer.start
    parser.EndElementHandler = writer.end
    parser.CharacterDataHandler = writer.data
    parser.CommentHandler = writer.comment
    parser.ProcessingInstructionHandler = writer.instruction
    try:
        parser.Parse(f"{_HEAD}{content}{_TAIL}", True)
    except expat.ExpatError as problem:
        raise _problem(problem, content) from None
    except _Undeclared:
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber
        raise error(9459, line, column - (len(_HEAD) if line == 1 else 0) + 1) from None
    whole = "".join(writer.parts)
    return "" if whole == "<tsqld/>" else whole[len(_HEAD) : -len(_TAIL)]


def _problem(problem: expat.ExpatError, content: str) -> TsqlError:
    lines = content.split("\n")
    line, column = problem.lineno, problem.offset - (len(_HEAD) if problem.lineno == 1 else 0)
    beyond = line > len(lines) or (line == len(lines) and column >= len(lines[-1]))
    if beyond:
        return error(9400, len(lines), len(lines[-1]))
    number = _NUMBERS.get(problem.code, _ILLEGAL)
    if number == _ILLEGAL and "&" in lines[line - 1][max(column - 1, 0) : column + 1]:
        number = 9421
    if number == 9436:
        column = lines[line - 1].find(">", column)
    return error(number, line, column + 1)


def _attribute(value: str) -> str:
    for character, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("\t", "&#x09;"),
        ("\n", "&#x0A;"),
        ("\r", "&#x0D;"),
    ):
        value = value.replace(character, entity)
    return value

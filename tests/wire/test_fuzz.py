"""Random bytes, T-SQL and parameters: each is answered or disconnected, and nothing breaks.

A sample with a fixed seed in `make test`, thousands of rounds in `make soak`. What counts as broken: no
answer in time, a traceback in the log, an error that says the engine failed, and threads, files or sessions
left.
"""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from tests.soak import chance, times
from tests.wire.multiplexed import ACK, DATA, FIN, HEADER, SYN, Streams
from tests.wire.raw import RawClient, batch, login, message, packet, prelogin, rpc
from tests.wire.served import Served, eventually, serving

from tsqld.tds.protocol import PacketType

CASES: Final = Path(__file__).resolve().parents[1] / "engine" / "cases"
DEFECTS: Final = (50000, 50101)
"""What the engine says when it has failed inside, or compiled what DuckDB does not take."""
SECONDS: Final = 60.0
WORDS: Final = """
SELECT FROM WHERE GROUP BY HAVING ORDER INSERT INTO VALUES UPDATE SET DELETE MERGE USING WHEN MATCHED THEN
CREATE TABLE DROP ALTER PROCEDURE EXEC DECLARE @a @b int = + - * / % ( ) , . ; : ~ ^ & | < > ! 'text'
N'text' 0x1F 1 1.5 1e10 NULL CASE END ELSE IF BEGIN WHILE BREAK RETURN TRY CATCH THROW GOTO label TOP
DISTINCT UNION ALL EXCEPT JOIN ON LEFT OUTER APPLY CROSS PIVOT FOR IN EXISTS LIKE BETWEEN AND OR NOT IS CAST
AS CONVERT OVER PARTITION ROWS WITH cte #t [a b] "q" --x /* */ GO OPTION HASH OUTPUT inserted deleted
COLLATE AT TIME ZONE OFFSET FETCH NEXT ROW ONLY XML PATH JSON AUTO t u v COUNT(*) SUM( MAX( GETDATE()
OPENJSON( STRING_AGG( IDENTITY DEFAULT PRIMARY KEY REFERENCES CHECK UNIQUE INDEX VIEW TRAN COMMIT ROLLBACK
SAVE sys.objects USE master KILL PRINT RAISERROR WAITFOR BULK GRANT DENY TRUNCATE CURSOR OPEN CLOSE
""".split()


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("fuzzed") / "data", "--query-timeout", "20") as server:
        yield server


@pytest.fixture(autouse=True)
def sound(fuzzed: Served) -> Iterator[None]:
    """Before and after a test as many threads, files and sessions, no traceback, and it still answers."""
    assert eventually(lambda: fuzzed.sessions() == 0, 10)
    threads, files = fuzzed.threads(), fuzzed.files()
    logged = len(fuzzed.log.read_text(encoding="utf-8"))
    yield
    assert fuzzed.process.poll() is None
    assert fuzzed.connect().execute("SELECT 41 + 1 AS n").fetchval() == 42
    assert "Traceback" not in fuzzed.log.read_text(encoding="utf-8")[logged:]
    assert eventually(lambda: fuzzed.sessions() == 0, 10)
    assert eventually(lambda: fuzzed.threads() <= threads + 1 and fuzzed.files() <= files + 2, 10)


def errors(reply: bytes) -> set[int]:
    """The numbers of the defects an answer tells."""
    return {number for number in DEFECTS if b"\xaa" in reply and struct.pack("<I", number) in reply}


def sound_answer(reply: bytes, request: str) -> None:
    if errors(reply):
        text = reply.decode("utf-16-le", "replace") + reply[1:].decode("utf-16-le", "replace")
        found = re.search(r"tsqld(:| failed)[ -~]*", text)
        assert not found, f"{found[0] if found else ''} answers {request!r}"


# --- bytes


def mutated(numbers: random.Random, data: bytes) -> bytes:
    """Bytes flipped, cut, doubled, and lengths that lie."""
    changed = bytearray(data)
    for _ in range(numbers.randrange(1, 6)):
        at = numbers.randrange(len(changed) or 1)
        match numbers.randrange(5):
            case 0 if changed:
                changed[at] = numbers.randrange(256)
            case 1:
                del changed[at : at + numbers.randrange(1, 9)]
            case 2:
                changed[at:at] = numbers.randbytes(numbers.randrange(1, 9))
            case 3 if changed:
                changed[at : at + 2] = numbers.choice((b"\xff\xff", b"\x00\x00", b"\xff\x7f", b"\x00\x80"))
            case _:
                changed = changed[: numbers.randrange(len(changed) + 1)]
    return bytes(changed)


def say(served: Served, data: bytes, *, logged_in: bool) -> None:
    """Send bytes and close; whatever comes back must come without waiting for more."""
    client = RawClient(served.port, logged_in=logged_in, seconds=SECONDS)
    with suppress(ConnectionError):
        client.send(data)
        client.socket.shutdown(1)
        while client.answer():
            pass
    client.close()


def test_random_bytes_before_a_login(fuzzed: Served) -> None:
    numbers = chance("bytes")
    for _ in range(times(40, 3000)):
        say(fuzzed, numbers.randbytes(numbers.choice((1, 7, 8, 9, 100, 5000))), logged_in=False)


def test_mutated_prelogins_and_logins(fuzzed: Served) -> None:
    numbers = chance("logins")
    for _ in range(times(40, 3000)):
        first = prelogin(numbers.choice((0, 1, 2, 3)))
        steps = first + mutated(numbers, login()) if numbers.random() < 0.7 else mutated(numbers, first)
        say(fuzzed, steps, logged_in=False)


def test_tls_garbage(fuzzed: Served) -> None:
    numbers = chance("tls")
    for _ in range(times(15, 1000)):
        hello = b"\x16\x03\x01" + numbers.randbytes(numbers.randrange(1, 300))
        wrapped = packet(PacketType.PRELOGIN, hello)
        say(
            fuzzed, prelogin(1) + numbers.choice((wrapped, hello, mutated(numbers, wrapped))), logged_in=False
        )


def test_mutated_requests_after_a_login(fuzzed: Served) -> None:
    numbers = chance("requests")
    requests = (
        batch("SELECT 1 AS a; PRINT 'x'"),
        rpc(10, text_argument("SELECT @p AS p") + text_argument("@p int") + int_argument(5)),
        rpc("sp_who", b""),
        rpc(13, int_argument(0) + text_argument("") + text_argument("SELECT 1 AS a")),
        message(PacketType.TRANSACTION_MANAGER, numbers.randbytes(30)),
        message(PacketType.BULK_LOAD, b"\x81\x01\x00" + numbers.randbytes(40)),
        message(PacketType.SQL_BATCH, numbers.randbytes(500)),
        packet(PacketType.ATTENTION, b""),
        packet(PacketType.SQL_BATCH, b"half", 0),
        packet(9, b"unknown"),
    )
    for _ in range(times(60, 5000)):
        say(fuzzed, mutated(numbers, numbers.choice(requests)), logged_in=True)


def test_mutated_streams_of_a_connection_with_several(fuzzed: Served) -> None:
    numbers = chance("streams")
    requests = (batch("SELECT 1"), batch("SELECT value FROM GENERATE_SERIES(1, 20000)"), rpc(10, b"\0\0\x26"))
    for _ in range(times(30, 3000)):
        client = Streams(fuzzed.port)
        said, sent = b"", [0, 0, 0]
        for _ in range(numbers.randrange(1, 12)):
            stream, flags = numbers.randrange(3), numbers.choice((SYN, DATA, DATA, DATA, ACK, FIN))
            sent[stream] += flags == DATA
            data = numbers.choice(requests) if flags == DATA else b""
            said += HEADER.pack(0x53, flags, stream, 16 + len(data), sent[stream], numbers.choice((4, 6, 40)))
            said += data
        with suppress(ConnectionError):
            client.send(mutated(numbers, said) if numbers.random() < 0.5 else said)
            client.socket.shutdown(1)
            while client.hear()[0]:
                pass
        client.close()


def test_a_packet_longer_than_agreed_and_a_message_without_end(fuzzed: Served) -> None:
    say(fuzzed, packet(PacketType.SQL_BATCH, bytes(40_000), 0), logged_in=True)
    say(fuzzed, packet(PacketType.PRELOGIN, bytes(4000), 0) * 100, logged_in=False)
    say(fuzzed, struct.pack(">BBHHBB", 1, 1, 3, 0, 1, 0), logged_in=True)


def test_clients_that_say_nothing_hold_nothing_up(fuzzed: Served) -> None:
    silent = [RawClient(fuzzed.port, logged_in=False) for _ in range(30)]
    assert fuzzed.connect().execute("SELECT 1 AS n").fetchval() == 1
    for client in silent:
        client.close()


# --- T-SQL text


@cache
def statements() -> tuple[str, ...]:
    """The statements of the engine's own cases."""
    found: list[str] = []
    for path in sorted(CASES.rglob("*.test")):
        text = path.read_text(encoding="utf-8")
        found += [
            piece for piece in re.split(r"(?m)^(?:statement|query|----|#|error).*$", text) if piece.strip()
        ]
    return tuple(found)


def ask(client: RawClient, text: str | bytes) -> bytes:
    reply = client.ask(batch(text))
    assert reply, f"disconnected by {text!r:.200}"
    sound_answer(reply, str(text)[:2000])
    return reply


@pytest.fixture
def raw(fuzzed: Served) -> Iterator[RawClient]:
    client = RawClient(fuzzed.port, seconds=SECONDS)
    client.ask(batch("SET LOCK_TIMEOUT 100; CREATE TABLE #t (a int, b varchar(10))"))
    yield client
    client.close()


def test_token_soup(raw: RawClient) -> None:
    numbers = chance("soup")
    for _ in range(times(150, 20_000)):
        words = [numbers.choice(WORDS) for _ in range(numbers.randrange(1, 30))]
        ask(
            raw,
            f"SET NOEXEC ON; {' '.join(words)}" if "KILL" in words or "WAITFOR" in words else " ".join(words),
        )
        ask(raw, "SET NOEXEC OFF; IF @@TRANCOUNT > 0 ROLLBACK")


def mutated_text(numbers: random.Random, text: str) -> str:
    tokens = re.findall(r"\w+|\s+|.", text, re.DOTALL)
    for _ in range(numbers.randrange(1, 5)):
        at = numbers.randrange(len(tokens))
        match numbers.randrange(4):
            case 0:
                tokens[at] = numbers.choice(WORDS)
            case 1:
                del tokens[at]
            case 2:
                tokens.insert(at, numbers.choice(tokens))
            case _:
                other = numbers.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
        if not tokens:
            break
    return "".join(tokens)


def test_mutated_statements_of_our_cases(raw: RawClient) -> None:
    numbers = chance("statements")
    for _ in range(times(150, 20_000)):
        text = mutated_text(numbers, numbers.choice(statements())[:3000])
        if re.search(r"(?i)waitfor|kill|shutdown|drop\s+database", text):
            continue
        ask(raw, text)
        ask(
            raw, "IF @@TRANCOUNT > 0 ROLLBACK; SET NOEXEC OFF; SET PARSEONLY OFF; SET FMTONLY OFF; USE master"
        )


DEEP: Final = {
    "parentheses": "SELECT " + "(" * 10_000 + "1" + ")" * 10_000,
    "open parentheses": "SELECT " + "(" * 100_000,
    "sum": "SELECT " + "1 + " * 20_000 + "1",
    "text sum": "SELECT " + "'a' + " * 20_000 + "'a'",
    "and": "SELECT 1 WHERE " + "1 = 1 AND " * 10_000 + "1 = 1",
    "not": "SELECT 1 WHERE " + "NOT " * 10_000 + "1 = 1",
    "minus": "SELECT " + "- " * 10_000 + "1",
    "case": "SELECT " + "CASE WHEN 1 = 1 THEN " * 2_000 + "1" + " END" * 2_000,
    "begin": "BEGIN " * 5_000 + "SELECT 1" + " END" * 5_000,
    "if": "IF 1 = 1 " * 5_000 + "SELECT 1",
    "try": "BEGIN TRY " * 2_000 + "SELECT 1" + " END TRY BEGIN CATCH END CATCH" * 2_000,
    "subqueries": "SELECT * FROM (" * 1_000 + "SELECT 1 AS a" + ") AS x" * 1_000,
    "functions": "SELECT " + "ABS(" * 5_000 + "1" + ")" * 5_000,
    "unions": " UNION ALL ".join(["SELECT 1 AS a"] * 3_000),
    "joins": "SELECT 1 FROM #t AS t0 " + " ".join(f"JOIN #t AS t{n} ON 1 = 1" for n in range(1, 400)),
    "columns": "SELECT " + ", ".join("1" for _ in range(5_000)),
    "in list": f"SELECT 1 WHERE 1 IN ({', '.join(str(n) for n in range(50_000))})",
    "rows": "SELECT * FROM (VALUES " + ", ".join("(1)" for _ in range(5_000)) + ") AS v (a)",
    "statements": "DECLARE @a int = 1; " + "SET @a = @a + 1; " * 20_000,
    "comment": "/*" * 10_000 + " SELECT 1",
    "long text": "SELECT LEN('" + "x" * 10_000_000 + "') AS n",
    "long name": "SELECT 1 AS [" + "n" * 1_000_000 + "]",
    "long comment": "SELECT 1 AS a /*" + "x" * 10_000_000 + "*/",
    "brackets": "[" * 100_000,
    "quotes": "'" * 100_001,
    "dots": "SELECT " + "a." * 10_000 + "a",
    "nul": "SELECT '\0' AS a, \0 1 AS b",
    "surrogates": "SELECT N'\ud800' AS a, N'\udfff\ud800' AS b, LEN(N'\udc00')",
    "not characters": "\ufffe\uffff\u0000SELECT 1",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=list(DEEP))
def test_deep_long_and_strange_statements(raw: RawClient, text: str) -> None:
    ask(raw, text)
    reply = ask(raw, "SELECT 4711 AS n")
    assert struct.pack("<i", 4711) in reply


# --- parameters


def int_argument(value: int, name: str = "") -> bytes:
    encoded = name.encode("utf-16-le")
    return bytes([len(name)]) + encoded + b"\x00\x26\x04\x04" + struct.pack("<i", value)


def text_argument(value: str, name: str = "") -> bytes:
    """nvarchar(4000)."""
    raw = value.encode("utf-16-le", "surrogatepass")
    start = bytes([len(name)]) + name.encode("utf-16-le") + b"\x00\xe7" + struct.pack("<H", 8000)
    return start + b"\x09\x04\xd0\x00\x34" + struct.pack("<H", len(raw)) + raw


TYPE_BYTES: Final = bytes.fromhex(
    "1f 22 23 24 26 28 29 2a 2b 30 32 34 38 3a 3b 3c 3d 3e 62 63 68 6a 6c 6d 6e 6f 7a 7f a5 a7 ad af e7 ef f0"
    "f1 f3"
)


def random_argument(numbers: random.Random) -> bytes:
    """A name, a type and a value that may or may not fit each other."""
    kind = numbers.choice(TYPE_BYTES)
    sizes = numbers.choice((b"", b"\x04\x04", b"\x08\x08", b"\x10\x10", b"\x11\x26\x04\x05", b"\x07\x08"))
    text = struct.pack("<H", 100) + b"\x09\x04\xd0\x00\x34" + struct.pack("<H", 10)
    large = b"\xff\xff\x09\x04\xd0\x00\x34" + struct.pack("<QI", 10, 10)
    shape = numbers.choice((sizes, text, large, numbers.randbytes(numbers.randrange(12))))
    return (
        b"\x02@\x00p\x00"
        + bytes([numbers.choice((0, 0, 1, 2))])
        + bytes([kind])
        + shape
        + numbers.randbytes(10)
    )


def test_random_parameters(fuzzed: Served) -> None:
    numbers = chance("parameters")
    for _ in range(times(100, 20_000)):
        client = RawClient(fuzzed.port, seconds=SECONDS)
        request = rpc(
            10, text_argument("SELECT @p AS p") + text_argument("@p sql_variant") + random_argument(numbers)
        )
        with suppress(ConnectionError):
            reply = client.ask(request)
            sound_answer(reply, request.hex())
        client.close()


def test_random_calls(raw: RawClient) -> None:
    numbers = chance("calls")
    procedures = (
        "sp_who",
        "sp_help",
        "sp_executesql",
        "sp_tables",
        "sp_columns",
        "sp_getapplock",
        "sp_rename",
        "",
    )
    for _ in range(times(60, 5000)):
        arguments = b"".join(
            numbers.choice(
                (
                    int_argument(numbers.randrange(-(2**31), 2**31)),
                    text_argument(numbers.choice(("", "x", "\ud800", "[a].[b]", "%", "'" * 100, "x" * 4000))),
                    text_argument("t", "@objname"),
                )
            )
            for _ in range(numbers.randrange(5))
        )
        procedure = numbers.choice((*procedures, *range(1, 18)))
        try:
            reply = raw.ask(rpc(procedure, arguments))
        except ConnectionError:
            break
        if not reply:
            break
        sound_answer(reply, f"{procedure} {arguments.hex()}")

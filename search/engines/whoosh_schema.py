"""What the embedded index keeps of a thing, as Whoosh's fields. The words come from our own analysis, ready made."""

import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence

from whoosh import columns, fields, formats
from whoosh.codec.whoosh3 import W3Codec

_ONE, _TWO = struct.Struct("=H"), struct.Struct("=II")
Posting = tuple[bytes, int, float, bytes]


class Ready(fields.FieldType):  # type: ignore[misc]
    """A field whose words come analysed; nothing of its own is stored."""

    def __init__(self, form: formats.Format) -> None:
        super().__init__(form, analyzer=None)


class Frequencies(Ready):
    """Terms, and how often each stands in the thing, weighted."""

    def index(self, value: Mapping[str, int], **_options: object) -> Iterator[Posting]:
        """Return the postings of a thing."""
        for term, frequency in value.items():
            yield term.encode(), 1, float(frequency), b""


class Words(Ready):
    """Words as they are written."""

    def index(self, value: Iterable[str], **_options: object) -> Iterator[Posting]:
        """Return the postings of a thing."""
        for word in value:
            yield word.encode(), 1, 1.0, b""


def packed(terms: Mapping[str, tuple[int, Sequence[int]]]) -> bytes:
    """Return how often each term stands in a thing, and where, so that `standing` finds one without reading all.

    Numbers of terms and of bytes of names; where each term's positions begin; frequencies; names; positions.
    """
    names = b"".join(b"\0" + term.encode() for term in terms) + b"\0"
    begins, frequencies, places = array("I", [0]), array("H"), array("I")
    for frequency, positions in terms.values():
        places.extend(positions)
        begins.append(len(places))
        frequencies.append(frequency)
    return b"".join(
        (_TWO.pack(len(terms), len(names)), begins.tobytes(), frequencies.tobytes(), names, places.tobytes())
    )


def standing(data: bytes, term: str) -> tuple[int, bytes] | None:
    """Return how often a term stands in a thing, and its positions; None if it does not."""
    count, length = _TWO.unpack_from(data)
    names = 12 + 6 * count
    at = data.find(b"\0" + term.encode() + b"\0", names, names + length)
    if at < 0:
        return None
    number = data.count(b"\0", names, at)
    begin, end = _TWO.unpack_from(data, 8 + 4 * number)
    (frequency,) = _ONE.unpack_from(data, 12 + 4 * count + 2 * number)
    places = names + length
    return frequency, data[places + 4 * begin : places + 4 * end]


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's files, without looking up lengths of fields that have none for each posting: half the time."""

    length_stats = False


SCHEMA = fields.Schema(
    key=Words(formats.Existence()),
    terms=Frequencies(formats.Existence()),
    words=Words(formats.Existence()),
    shelf=fields.COLUMN(columns.RefBytesColumn()),
    pk=fields.COLUMN(columns.NumericColumn("q")),
    length=fields.COLUMN(columns.NumericColumn("I")),
    boost=fields.COLUMN(columns.NumericColumn("f")),
    places=fields.COLUMN(columns.VarBytesColumn()),
    starts=fields.COLUMN(columns.VarBytesColumn()),
    thing=fields.STORED(),
)

"""What the embedded index keeps of a thing, as Whoosh's fields. The words come from our own analysis, ready made."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence

from whoosh import columns, fields, formats
from whoosh.codec.whoosh3 import W3Codec

Posting = tuple[bytes, int, float, bytes]


class Bytes(formats.Format):  # type: ignore[misc]
    """A posting's value as it stands: any bytes."""

    posting_size = -1

    def __init__(self) -> None:
        super().__init__(1.0)


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


class Places(Ready):
    """Terms, and the positions at which each stands."""

    def index(self, value: Mapping[str, Sequence[int]], **_options: object) -> Iterator[Posting]:
        """Return the postings of a thing."""
        for term, positions in value.items():
            yield term.encode(), 1, 1.0, array("I", positions).tobytes()


class Words(Ready):
    """Words as they are written."""

    def index(self, value: Iterable[str], **_options: object) -> Iterator[Posting]:
        """Return the postings of a thing."""
        for word in value:
            yield word.encode(), 1, 1.0, b""


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's files, without looking up lengths of fields that have none for each posting: half the time."""

    length_stats = False


SCHEMA = fields.Schema(
    key=Words(formats.Existence()),
    terms=Frequencies(formats.Existence()),
    places=Places(Bytes()),
    words=Words(formats.Existence()),
    shelf=fields.COLUMN(columns.RefBytesColumn()),
    pk=fields.COLUMN(columns.NumericColumn("q")),
    length=fields.COLUMN(columns.NumericColumn("I")),
    boost=fields.COLUMN(columns.NumericColumn("f")),
    starts=fields.COLUMN(columns.VarBytesColumn()),
    thing=fields.STORED(),
)

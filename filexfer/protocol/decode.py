"""From the bytes of a message to its values, while they arrive. The base64 payloads are cut out and decoded on the way; the text
that remains goes through expat (C `ElementTree`) at the end, with numbered placeholders where payloads stood.

Cutting is exact because everything that could make `<base64>` mean something else is refused: `<!` (comments, CDATA, DOCTYPE and
so every entity), processing instructions, attributes, encodings other than ASCII and UTF-8. Numbers are checked afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element, ParseError, XMLParser

from filexfer.core.errors import NotWellFormed, TooLarge
from filexfer.protocol.elements import Reader
from filexfer.protocol.payload import Payload, decode_plain, decode_whole, refuse_sink
from filexfer.protocol.values import Bytes, Call, Limits, Sink

_TAG = b"<base64>"
_OVERLAP = len(_TAG) - 1
#: What C code is given at once: while it is at work, no other thread of this process is.
_PIECE = 64 << 10
#: A method's name must have passed within so many bytes.
_HEAD_BYTES = 4096
#: A payload longer than this is looked for from behind, in so many last bytes of what arrived.
_LONG = 64 << 10
_BEHIND = 1024

_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[ \t\r\n][^<>]*\?>")
_ENCODING = re.compile(rb"""[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")
_METHOD = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml[ \t\r\n][^<>]*\?>)?[ \t\r\n]*<methodCall[ \t\r\n]*>[ \t\r\n]*<methodName[ \t\r\n]*>"
    rb"([^<&\r]*)</methodName[ \t\r\n]*>"
)
_PLAIN_TAGS = (
    rb"methodCall|methodName|methodResponse|fault|params|param|value|string|int|i4|i8|boolean|double|dateTime\.iso8601|nil|"
    rb"array|data|struct|member|name"
)
# Everything that begins with `<` and is not a tag of XML-RPC without attributes.
_FOREIGN = re.compile(rb"<(?!/?(?:" + _PLAIN_TAGS + rb")[ \t\r\n]*/?>|/?base64>|base64/>)")


class Decoder:
    """Decodes one message.

    Args:
        limits: beyond them `TooLarge` is raised.
        sink: opens a place for a payload over the memory limit; None refuses such payloads.
        on_method: called with the method's name as soon as it has passed and before any payload is kept; what it raises comes
            out of `feed`. Requests only.

    Attributes:
        method: the name, once it has passed; "" before.
        sink: as given; `on_method` may set it, so that each method decides where its payloads go.
    """

    def __init__(
        self, limits: Limits | None = None, sink: Callable[[], Sink] | None = None, on_method: Callable[[str], None] | None = None
    ) -> None:
        self.method = ""
        self.sink = sink
        self._limits = limits or Limits()
        self._on_method = on_method
        self._text = bytearray()
        #: Between `<base64>` and the next `<`; the payload is made once its whole text is not there at once.
        self._inside = False
        self._payload: Payload | None = None
        self._values: list[object] = []
        self._in_memory = 0
        self._sinks: list[Sink] = []

    def feed(self, data: Bytes, start: int = 0, end: int | None = None) -> None:
        """Take `data[start:end]`. Give a receive buffer (`bytes`, `bytearray`) whole, with its bounds: a memoryview is copied.

        Raises `NotWellFormed`, `TooLarge`, and whatever `on_method` and the sink raise. After that the decoder is of no more
        use, but for `discard`.
        """
        if isinstance(data, memoryview):
            data, start, end = bytes(data[start:end]), 0, None
        stop = len(data) if end is None else end
        view = memoryview(data)
        while start < stop:
            step = self._feed_payload if self._inside else self._feed_text
            start = step(data, view, start, stop)

    def _feed_payload(self, data: bytes | bytearray, view: memoryview, start: int, stop: int) -> int:
        """Decode up to the next `<`; answers where it stopped."""
        room = min(self._limits.payload_memory, self._limits.payloads_memory - self._in_memory)
        if self._payload is None and stop - start > _LONG and (end := self._keep_long(data, view, start, stop, room)):
            return end
        found = data.find(b"<", start, stop)
        text = view[start : stop if found < 0 else found]
        if self._payload is None:
            if found >= 0 and len(text) // 4 * 3 <= room:
                self._keep(decode_whole(text), in_memory=True)
                return found
            self._payload = Payload(room, self._open_sink)
        self._payload.feed(text)
        if found < 0:
            return stop
        self._keep(*self._payload.finish())
        return found

    def _keep_long(self, data: bytes | bytearray, view: memoryview, start: int, stop: int, room: int) -> int:
        """Decode a long payload that ends close to `stop`; answers where it ended, 0 where there is none and nothing was done.

        To look for its end from the front would read all of it once more, and a block is larger than a processor's own cache.
        """
        if data.find(b"<", start, start + _LONG) >= 0:
            return 0
        end = data.rfind(b"</base64>", max(start, stop - _BEHIND), stop)
        # A `<` before that end is no base64: then it is the end of another payload.
        value = decode_plain(view[start:end]) if end >= 0 and (end - start) // 4 * 3 <= room else None
        if value is None:
            return 0
        self._keep(value, in_memory=True)
        return end

    def _keep(self, value: object, in_memory: bool) -> None:
        self._values.append(value)
        if in_memory and isinstance(value, bytes):
            self._in_memory += len(value)
        self._payload = None
        self._inside = False

    def _feed_text(self, data: bytes | bytearray, view: memoryview, start: int, stop: int) -> int:
        """Append text up to and with the next `<base64>`; answers where it stopped."""
        end = -1
        if self._text:
            # The tag may lie across two feeds.
            seam = bytes(self._text[-_OVERLAP:])
            at = (seam + data[start : min(stop, start + _OVERLAP)]).find(_TAG)
            if at >= 0:
                end = start + at + len(_TAG) - len(seam)
        if end < 0:
            at = data.find(_TAG, start, stop)
            end = at + len(_TAG) if at >= 0 else -1
        upto = stop if end < 0 else end
        if len(self._text) + upto - start > self._limits.xml_bytes:
            raise TooLarge("The text of this call is longer than is taken. Send it in smaller parts.")
        self._text += view[start:upto]
        if self._on_method is not None and not self.method:
            self._look_for_method(payload_begins=end >= 0)
        if end >= 0:
            self._begin_payload()
        return upto

    def _look_for_method(self, payload_begins: bool) -> None:
        found = _METHOD.match(self._text, 0, _HEAD_BYTES)
        if found is None:
            if payload_begins or len(self._text) >= _HEAD_BYTES:
                raise NotWellFormed("The message does not begin with a call and the name of its method.")
            return
        self.method = _method_name(found[1])
        if self._on_method is not None:
            self._on_method(self.method)

    def _begin_payload(self) -> None:
        # The number is what the parsed element must hold, so that each payload ends up where it stood.
        self._text += b"%d" % len(self._values)
        self._inside = True

    def _open_sink(self) -> Sink:
        sink = refuse_sink() if self.sink is None else self.sink()
        self._sinks.append(sink)
        return sink

    @property
    def text_held(self) -> int:
        """Bytes of text that are kept until all has arrived."""
        return len(self._text)

    def elements(self) -> int:
        """How many elements the text holds by now."""
        return self._text.count(b"<") - self._text.count(b"</")

    @property
    def held(self) -> int:
        """Bytes kept in memory: text and payloads."""
        return len(self._text) + self._in_memory

    def call(self) -> Call:
        """The call, once all of it was fed. Raises `NotWellFormed`, `TooLarge`. The values of sinks are the caller's then."""
        root = self._parse()
        reader = Reader(self._values, self._limits)
        call = reader.call(root)
        if self.method and call.method != self.method:
            raise NotWellFormed("The name of the method is ambiguous.")
        self.method = call.method
        self._sinks.clear()
        return call

    def response(self) -> object:
        """The value of a response. Raises the fault it holds as `faults.error_of` has it; else as `call`."""
        reader = Reader(self._values, self._limits)
        value = reader.response(self._parse())
        self._sinks.clear()
        return value

    def discard(self) -> None:
        """The message came to nothing: drop what sinks hold, unless `call` or `response` has handed it over."""
        for sink in self._sinks:
            sink.discard()
        self._sinks.clear()
        self._payload = None
        # Not left to the collector: who asks for calls may be part of a cycle, and megabytes would wait for it.
        self._values.clear()
        self._text.clear()
        self._on_method = None

    def _parse(self) -> Element:
        text = bytes(self._text)
        self._text.clear()
        _check_text(text, self._limits)
        parser = XMLParser()
        try:
            for at in range(0, len(text), _PIECE):
                parser.feed(text[at : at + _PIECE])
            root: Element = parser.close()
        except ParseError as error:
            raise NotWellFormed(f"The message is not well-formed XML: {error}.") from None
        except (ValueError, LookupError):
            raise NotWellFormed("The message is not well-formed XML.") from None
        return root


def _check_text(text: bytes, limits: Limits) -> None:
    declaration = _DECLARATION.match(text)
    begin = 0
    if declaration is not None:
        begin = declaration.end()
        encoding = _ENCODING.search(declaration[0])
        if encoding is not None and encoding[1].lower() not in (b"utf-8", b"us-ascii"):
            raise NotWellFormed("The encoding of a message is UTF-8 or US-ASCII. Send it in UTF-8.")
    # A value takes at most four elements (a member with its name); more cannot be a legal message, and each costs memory.
    if text.count(b"<", begin) - text.count(b"</", begin) > 4 * limits.values + 64:
        raise TooLarge("The call holds more values than are taken. Send it in smaller parts.")
    while begin < len(text):
        # Pieces end before a tag, so that none is cut.
        end = text.find(b"<", begin + _PIECE)
        foreign = _FOREIGN.search(text, begin, len(text) if end < 0 else end)
        if foreign is not None:
            raise NotWellFormed(_why_foreign(text[foreign.start() : foreign.start() + 40]))
        begin = len(text) if end < 0 else end


def _why_foreign(tag: bytes) -> str:
    if tag.startswith(b"<!"):
        return "Comments, CDATA sections, document types and entities are not taken."
    if tag.startswith(b"<?"):
        return "Processing instructions are not taken."
    return "The message holds a tag that is not of XML-RPC, or one with attributes."


def _method_name(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NotWellFormed("The name of the method is not UTF-8.") from None


def decode_call(body: Bytes, limits: Limits | None = None) -> Call:
    """The call in a whole body; payloads stay in memory. Raises `NotWellFormed`, `TooLarge`."""
    decoder = Decoder(limits)
    decoder.feed(body)
    return decoder.call()


def decode_response(body: Bytes, limits: Limits | None = None) -> object:
    """The value in a whole body. Raises the fault it holds, `NotWellFormed`, `TooLarge`."""
    decoder = Decoder(limits)
    decoder.feed(body)
    return decoder.response()

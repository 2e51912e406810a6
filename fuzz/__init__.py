"""Fuzzing: what strangers and broken disks can hand us, checked beyond “it does not crash”. Run with `make fuzz`.

Each target is one file with one function `check(data: bytes)`, which raises where a rule is broken. The rules are of four kinds:
only the errors that are documented; whatever is read can be written and read again; where a second reader exists (the standard
library, `h11`) both read the same; however the bytes are cut, the result is the same. The suite runs every `check` too, over
the corpus and over what hypothesis makes of it (`tests/fuzz`)."""

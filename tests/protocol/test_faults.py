"""The fault table is complete, and the same in both directions."""

from __future__ import annotations

import inspect

import pytest

from filexfer.core import errors
from filexfer.protocol import faults
from filexfer.protocol.http import BadHead

TREE = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.FilexferError) and kind is not errors.RemoteFault
]


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_every_error_comes_back_as_what_it_was(kind: type[errors.FilexferError]) -> None:
    code = faults.code_of(kind("A sentence."))
    error = faults.error_of(code, "A sentence.")
    assert type(error) is kind
    assert str(error) == "A sentence."


def test_no_two_errors_share_a_code() -> None:
    assert len(set(faults.CODES.values())) == len(faults.CODES) == len(TREE)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.NotWellFormed, -32700),
        (errors.UnknownMethod, -32601),
        (errors.BadParameters, -32602),
        (errors.InternalError, -32603),
        (errors.InvalidPath, 101),
        (errors.NotFound, 102),
        (errors.AlreadyExists, 103),
        (errors.NotAFolder, 104),
        (errors.IsAFolder, 105),
        (errors.NotEmpty, 106),
        (errors.Changed, 107),
        (errors.BadDigest, 108),
        (errors.BadOffset, 109),
        (errors.UnknownUpload, 110),
        (errors.TooLarge, 111),
        (errors.LoginNeeded, 201),
        (errors.Forbidden, 202),
        (errors.PairingFailed, 203),
        (errors.SlowDown, 204),
        (errors.NoSpace, 301),
        (errors.Busy, 302),
        (errors.StorageFailed, 303),
        (errors.ShuttingDown, 304),
    ],
)
def test_codes_are_those_of_the_published_table(kind: type[errors.FilexferError], code: int) -> None:
    assert faults.CODES[kind] == code


def test_a_fault_of_another_server_keeps_its_code_on_the_way_through() -> None:
    error = faults.error_of(-7, "Something else.")
    assert isinstance(error, errors.RemoteFault)
    assert error.code == -7
    assert faults.code_of(error) == -7


def test_what_is_no_error_of_ours_is_an_internal_one() -> None:
    assert faults.code_of(ZeroDivisionError()) == -32603


def test_an_error_derived_from_one_of_ours_has_its_code() -> None:
    assert faults.code_of(BadHead(400, "Wrong.")) == faults.CODES[errors.ProtocolError]

"""Bytes of a file as text, whatever program wrote them."""

from __future__ import annotations

import codecs
import re
from itertools import pairwise

from estimator.measure.notes import Note, UnreadableFile

MAX_BYTES = 200_000_000
"""Largest file that is read; the page takes less."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

CODE_PAGES = ("cp1252", "cp932", "gb18030", "euc_kr", "cp1251", "cp1250", "cp1253", "big5")
"""Code pages of offices that are told apart by the letters that appear."""

SAMPLE_BYTES = 100_000

LETTERS = {
    "cp932": re.compile("[\u3040-\u30ff]"),
    "gb18030": re.compile("[\u4e00-\u9fff]"),
    "big5": re.compile("[\u4e00-\u9fff]"),
    "euc_kr": re.compile("[\uac00-\ud7a3]"),
    "cp1251": re.compile("[\u0400-\u045f]"),
    "cp1253": re.compile("[\u0370-\u03ff]"),
    "cp1250": re.compile("[ĄąĆćĘęŁłŃńŚśŹźŻżČčĎďĚěŇňŘřŠšŤťŮůŽžŐőŰű]"),
    "cp1252": re.compile("[À-ÖØ-öø-ÿŒœŠšŽž€–—‘’“”„…«»°§´·]"),
}

BINARY = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"PAR1", "columnar"),
    (b"ARROW1", "columnar"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"SQLite format 3", "database"),
    (b"\x93NUMPY", "array"),
    (b"\x80\x04\x95", "array"),
    (b"RIFF", "sound"),
    (b"ID3", "sound"),
    (b"OggS", "sound"),
)


def refuse_binary(data: bytes) -> None:
    """Refuse what is no text and no workbook by its first bytes; raises UnreadableFile."""
    for magic, key in BINARY:
        if data.startswith(magic):
            raise UnreadableFile(key)


def text_of(data: bytes) -> tuple[str, list[Note]]:
    """The text of a file and the encoding as a note where it is not plain UTF-8.

    Raises
    ------
    UnreadableFile
        When no usual encoding fits.
    """
    for bom, name in BOMS:
        if data.startswith(bom):
            try:
                text = data.decode(name)
            except UnicodeDecodeError:
                text = data.decode(name, errors="ignore")
                return text, [Note("encoding_cut", {"encoding": name}, warns=True)]
            return text, [] if name == "utf-8-sig" else [Note("encoding", {"encoding": name})]
    wide = _utf16_without_bom(data)
    if wide:
        return _checked(data.decode(wide, errors="ignore")), [Note("encoding", {"encoding": wide})]
    try:
        return _checked(data.decode("utf-8")), []
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4 and error.reason == "unexpected end of data":
            return _checked(data.decode("utf-8", errors="ignore")), []
    page = _code_page(data)
    if page is None:
        raise UnreadableFile("encoding")
    text = _checked(data.decode(page, errors="replace"))
    return text, [Note("encoding", {"encoding": page})]


def _checked(text: str) -> str:
    sample = text[:SAMPLE_BYTES]
    odd = sum(1 for c in sample if ord(c) < 32 and c not in "\t\r\n\f\v\x1a\x1e\x1f")
    if odd > 0.02 * max(len(sample), 1):
        raise UnreadableFile("no_text")
    return text.replace("\x00", "")


def _utf16_without_bom(data: bytes) -> str | None:
    sample = data[:2000]
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else None


def _code_page(data: bytes) -> str | None:
    """The code page whose own letters fill the bytes above 127; cp1252 first where in doubt."""
    sample = data[:SAMPLE_BYTES]
    high = sum(1 for b in sample if b > 127)
    western = sample.decode("cp1252", errors="replace")
    share = len(LETTERS["cp1252"].findall(western)) / max(high, 1)
    if share > 0.9 and high < 0.2 * len(sample):
        return "cp1252" if not _runs(sample) else _guessed(sample)
    return _guessed(sample)


def _runs(sample: bytes) -> bool:
    """Do bytes above 127 mostly stand side by side, as in scripts other than Latin?"""
    high = sum(1 for b in sample if b > 127)
    pairs = sum(1 for a, b in pairwise(sample) if a > 127 and b > 127)
    return pairs > 0.5 * high


def _guessed(sample: bytes) -> str | None:
    try:
        text = sample.decode("cp932")
    except UnicodeDecodeError as error:
        text = sample[: error.start].decode("cp932") if error.start > len(sample) - 3 else ""
    kana = len(re.findall("[\u3040-\u309f\u30a0-\u30ff]", text))
    if kana > 0.15 * len(re.sub(r"[\x00-\x7f]", "", text)) and kana:
        return "cp932"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(CODE_PAGES)).best()
    return str(best.encoding) if best is not None else None

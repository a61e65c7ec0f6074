"""Words of a text in any script: blanks between words, or characters where there are none."""

from __future__ import annotations

import re
from collections.abc import Sequence

WIDE = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff]"
)
"""Letters of scripts that set no blanks between words: Chinese, Japanese, Thai, Lao, Khmer,
Burmese."""


def wide_and_words(text: str) -> tuple[int, int]:
    """Letters of scripts without blanks, and words between blanks of everything else."""
    wide = len(WIDE.findall(text))
    rest = WIDE.sub(" ", text) if wide else text
    words = [w for w in rest.split() if any(c.isalnum() for c in w)] if wide else rest.split()
    return wide, len(words)


def tokens(text: str, per_word: float, per_letter: float) -> float:
    """Tokens of a text [tokens], from tokens a word and tokens a letter without blanks."""
    wide, words = wide_and_words(text)
    return wide * per_letter + words * per_word


def mean_words(texts: Sequence[str]) -> float:
    """Mean length of some texts in words; a letter of a script without blanks counts as one."""
    return sum(sum(wide_and_words(t)) for t in texts) / max(len(texts), 1)

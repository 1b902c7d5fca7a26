"""Number terms as they come, and look at each word of some reports once."""

from functools import lru_cache

import numpy as np

from analysis import tokens


class Numbering(dict):
    """Terms by number, in order of appearance."""

    def __missing__(self, term: str) -> int:
        self[term] = number = len(self)
        return number

    def all(self, terms: list[str]) -> np.ndarray:
        """The numbers of some terms; new ones are numbered."""
        return np.fromiter(map(self.__getitem__, terms), np.int32, len(terms))


class Words(Numbering):
    """
    Words met in some reports: each is looked at once, and is one string in all.

    `words` are in the order of their numbers; `counted` says of each whether it counts: all
    letters, none of them Latin, is a word at a glance.

    Examples
    --------
    >>> known = Words()
    >>> known.all(["发展", "，", "发展", "5G"]).tolist(), [*known.counted]
    ([0, 1, 0, 2], [1, 0, 1])
    """

    def __init__(self):
        self.words, self.counted = [], bytearray()

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self.words)
        self.words.append(word)
        self.counted.append((word.isalpha() and word > "ɏ") or _counts(word))
        return number


# Numbers and marks of report after report; all of a large corpus would fill the memory.
@lru_cache(maxsize=1 << 16)
def _counts(word: str) -> bool:
    return tokens.kind(word) in tokens.COUNTED

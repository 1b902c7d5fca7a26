"""
Traditional script to simplified, one character at a time, by OpenCC's tables.
"""

from __future__ import annotations

from functools import cache

# Every block with characters that have a simplified form.
BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x323B0))


@cache
def converter():
    """OpenCC's traditional-to-simplified tables, read once."""
    import opencc

    return opencc.OpenCC("t2s")


@cache
def table() -> dict[str, str]:
    """Simplified form of each single character that has another one."""
    lines = "\n".join(chr(code) for first, last in BLOCKS for code in range(first, last))
    pairs = zip(lines.split("\n"), converter().convert(lines).split("\n"), strict=True)
    return {old: new for old, new in pairs if old != new and len(new) == 1}

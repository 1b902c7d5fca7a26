"""
Named character classes for use inside `[...]` of a regular expression.

>>> import re
>>> re.findall(f"[{HAN}]+", "发展(fā)二〇三五年")
['发展', '二〇三五年']
"""

HAN = (
    "〇"  # written zero, in 二〇三五年
    "\u3400-\u4dbf"  # Extension A
    "\u4e00-\u9fff"  # CJK Unified Ideographs
    "\uf900-\ufaff"  # CJK Compatibility Ideographs
    "\U00020000-\U0003ffff"  # Extensions B and later
)
NUMERALS = "〇零一二三四五六七八九十百千"
# What may close after the end of a sentence.
CLOSERS = "”’」』）)》】\\]"
# Marks inside a sentence, full-width and as many pages have them.
COMMAS = "，、,"
# Letters of Hanyu Pinyin: plain, phonetic a and g, ü ê, with tones, with breves, combining marks.
PINYIN = (
    "a-z\u0251\u0261üê" "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ" "ăĕĭŏŭ"
    "\u0300\u0301\u0304\u0306\u0308\u030c"
)


def in_gb2312(character: str) -> bool:
    """Whether the standard set of simplified Chinese (GB 2312-80) has this character."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True

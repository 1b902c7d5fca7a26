"""A corpus whose topics are known: unbalanced, over a vocabulary that all of them share."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from analysis import counts, topics

# Topics of a paragraph, and the share of its words that are of no topic.
SHARES, BACKGROUND = (0.45, 0.25, 0.2, 0.1), 0.5


# Words of a topic, and of the background.
WORDS = 60


def words(topic: int, n: int = WORDS) -> list[str]:
    """Words of a topic (-1: the background), two characters each, none shared."""
    return [chr(0x4E00 + 200 * (topic + 1) + i) + chr(0x7000 + i) for i in range(n)]


def corpus(reports=3, sections=6, paragraphs=8, size=70, seed=1, shares=SHARES,
           background=BACKGROUND):
    """Return a corpus with text, its paragraphs, its tokens, and the topic of each paragraph."""
    rng = np.random.default_rng(seed)
    falling = 1 / np.arange(2, WORDS + 2)
    texts, rows, tokens, truth = {}, [], [], []
    for name in (f"r{n}" for n in range(reports)):
        text, number = "", 0
        for section in range(sections):
            for place in range(paragraphs + 1):
                heading, topic = place == 0, int(rng.choice(len(shares), p=shares))
                function = "tasks" if section % 2 else "review"
                said = ["一、"] if heading else [
                    words(-1 if rng.random() < background else topic)[i]
                    for i in rng.choice(WORDS, size, p=falling / falling.sum())
                ]
                key = (name, section, number, function, heading)
                start = len(text)
                for word in said:
                    tokens.append((*key, word, len(text), len(text) + len(word), "word"))
                    text += word
                rows.append((*key, f"s{section}", start, len(text), len(text) - start))
                truth += [] if heading else [topic]
                text, number = text + "\n", number + 1
        texts[name] = text
    key = ["report", "section", "paragraph", "function", "heading"]
    table = pd.DataFrame(rows, columns=[*key, "section_title", "start", "end", "chars"])
    tokens = pd.DataFrame(tokens, columns=[*key, "token", "start", "end", "kind"])
    return Corpus(texts, table), tokens, np.array(truth)


class Corpus:
    """Texts by report, each raw as it is read."""

    def __init__(self, texts, paragraphs):
        self.texts, self.paragraphs = texts, paragraphs

    def __getitem__(self, name):
        ledger = SimpleNamespace(to_raw=lambda start, end: (start + 1, end + 1))
        text = self.texts[name]
        return SimpleNamespace(id=name, text=text, raw="\ufeff" + text, ledger=ledger)


def documents(**options):
    """Documents of a planted corpus, and the corpus, its tokens and its truth."""
    made, tokens, truth = corpus(**options)
    return topics.documents(counts.count(tokens), made.paragraphs, max_share=1), made, tokens, truth

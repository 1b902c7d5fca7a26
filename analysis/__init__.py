"""
Restore, count and compare Chinese official reports.

    from analysis import contrast, corpus, figures, findings, occurrences, tables, tokens

    reports = corpus.load()                               # Corpus: the reports of a catalogue, restored and parsed
    words = tokens.table(reports)                         # words with their offsets in the restored texts
    hits = occurrences.find(reports, words)               # a row a hit of a term, with what it rests on
    counted = occurrences.count(hits, words)              # Counts: paragraphs x terms
    pair = contrast.widest(counted, reports.catalogue)    # two sides, like for like, or why there are none
    changed = contrast.changes(pair, counted)              # a table: ratio, interval, p, q of each term
    tables.show(changed.head(10))                         # in a notebook, with its notes below
    figures.draw("dumbbell", contrast.choose(changed).reset_index(), before="reference", after="target")
"""

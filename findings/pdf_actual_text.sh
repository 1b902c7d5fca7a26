#!/usr/bin/env bash
# Characters that a PDF names for its signs (/ActualText) are given by PDFium, and not by pypdf, pdfminer.six or pdfplumber.
#
# Versions: pypdfium2 5.15.2, pypdf 7.1.0, pdfplumber 0.11.10 (on pdfminer.six 20260107); Python 3.11.
# ISO 32000-1, 14.9.4: text set as AB whose /ActualText is 人民 is to be extracted as 人民. Browsers that print Chinese pages write
# it where their font has one sign for a character and its radical (⼈ for 人), so the reader decides whether words can be found.
# Behaviour: PDFium gives 人民C; pypdf and pdfplumber give ABC, without an error or a warning.
# Fails if any of that has changed.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home/venv"
"$home/venv/bin/pip" install --quiet --disable-pip-version-check pypdfium2==5.15.2 pypdf==7.1.0 pdfplumber==0.11.10
"$home/venv/bin/python" - <<'PYTHON'
import io

import pdfplumber
import pypdf
import pypdfium2

shown = b"BT /F1 20 Tf 10 50 Td /Span << /ActualText <FEFF4EBA6C11> >> BDC (AB) Tj EMC (C) Tj ET"
objects = [
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
]
data, places = bytearray(b"%PDF-1.7\n"), []
for number, body in enumerate(objects, start=1):
    places.append(len(data))
    data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
start = len(data)
data += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
data += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
data = bytes(data)

found = {
    "pypdfium2": pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range(),
    "pypdf": pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text(),
    "pdfplumber": pdfplumber.open(io.BytesIO(data)).pages[0].extract_text(),
}
print(found)
assert found == {"pypdfium2": "人民C", "pypdf": "ABC", "pdfplumber": "ABC"}, "the behaviour has changed"
PYTHON

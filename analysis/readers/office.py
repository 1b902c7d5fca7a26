"""Older files (.doc, .wps, .rtf, .odt): by LibreOffice, where it is installed."""

import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from analysis.readers import word
from analysis.readers.text import Text, Unreadable

# Seconds that a file may take.
_PATIENCE = 120


def read(path: Path, data: bytes) -> list[Text]:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise Unreadable(
            f"is a file of an older kind ({path.suffix.lower()}), read where LibreOffice is installed; "
            "install it, or save the file as .docx"
        )
    with tempfile.TemporaryDirectory() as folder:
        # A name of our own, and a profile of our own: what runs elsewhere is not disturbed.
        source = Path(folder) / f"report{path.suffix.lower()}"
        source.write_bytes(data)
        command = [office, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless", "--norestore",
                   "--convert-to", "docx:MS Word 2007 XML", "--outdir", folder, str(source)]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
            made = (Path(folder) / "report.docx").read_bytes()
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unreadable("cannot be read by LibreOffice: open it, and save it as .docx") from error
    return [replace(text, places=()) for text in word.read(path, made)]

"""A sentence in the person's language where there is no application to translate it: its window could not be opened."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QTranslator

from filexfer.gui.kit import resources, sentences


def in_their_language(text: str) -> str:
    """One that filexfer knows, said anew; any other as it is."""
    translator = QTranslator()
    found = sentences.find(text)
    if found is None or not translator.load(QLocale(), "filexfer", "_", str(resources.folder() / "translations")):
        return text
    sentence, values = found
    ours = translator.translate(sentences.CONTEXT, sentence.text)
    return ours.format_map(dict(zip(sentence.slots, values, strict=True))) if ours else text

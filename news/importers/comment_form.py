"""Recognise the comment form that was copied along with a story from the bottom of a web page.

Knows the form's phrases in eight languages, in the wording of WordPress and its translators, today's and that of
earlier years, because we are sent old copies. Knows nothing about the seed format.
"""

import re
import unicodedata

# Phrases that only a comment form has: its heading and its notices. One of these must be there.
SAYINGS = {
    "en": (
        "Leave a Reply",
        "Leave a comment",
        "Post a comment",
        "Your email address will not be published",
        "Required fields are marked",
    ),
    "pl": (
        "Dodaj komentarz",
        "Zostaw komentarz",
        "Twój adres e-mail nie zostanie opublikowany",
        "Wymagane pola są oznaczone",
        "Pola, których wypełnienie jest wymagane, są oznaczone symbolem",
    ),
    "fr": (
        "Laisser un commentaire",
        "Laisser une réponse",
        "Votre adresse e-mail ne sera pas publiée",
        "Votre adresse de messagerie ne sera pas publiée",
        "Les champs obligatoires sont indiqués avec",
    ),
    "es": (
        "Deja una respuesta",
        "Deja un comentario",
        "Tu dirección de correo electrónico no será publicada",
        "Los campos obligatorios están marcados con",
        "Los campos necesarios están marcados",
    ),
    "de": (
        "Schreibe einen Kommentar",
        "Schreiben Sie einen Kommentar",
        "Kommentar hinterlassen",
        "Deine E-Mail-Adresse wird nicht veröffentlicht",
        "Ihre E-Mail-Adresse wird nicht veröffentlicht",
        "Erforderliche Felder sind mit * markiert",
        "Erforderliche Felder sind markiert",
    ),
    "pt": (
        "Deixe um comentário",
        "Deixe uma resposta",
        "O seu endereço de e-mail não será publicado",
        "Campos obrigatórios são marcados com",
        "Campos obrigatórios marcados com",
    ),
    "it": (
        "Lascia un commento",
        "Lascia una risposta",
        "Il tuo indirizzo e-mail non sarà pubblicato",
        "I campi obbligatori sono contrassegnati",
    ),
    "nl": (
        "Geef een reactie",
        "Laat een reactie achter",
        "Het e-mailadres wordt niet gepubliceerd",
        "Je e-mailadres wordt niet gepubliceerd",
        "Vereiste velden zijn gemarkeerd met",
        "Verplichte velden zijn gemarkeerd met",
    ),
}
# Labels and buttons: part of the form when it stands above them, ordinary words anywhere else.
LABELS = (
    *("Comment", "Name", "Email", "Website", "Post Comment", "Cancel reply"),
    "Save my name, email, and website in this browser for the next time I comment",
    *("Komentarz", "Nazwa", "Imię", "Adres e-mail", "Witryna internetowa", "Opublikuj komentarz"),
    *("Anuluj pisanie odpowiedzi", "Anuluj odpowiedź"),
    "Zapamiętaj moje dane w tej przeglądarce podczas pisania kolejnych komentarzy",
    *("Commentaire", "Nom", "E-mail", "Site web", "Laisser un commentaire", "Annuler la réponse"),
    *("Comentario", "Nombre", "Correo electrónico", "Web", "Publicar el comentario", "Cancelar la respuesta"),
    *("Kommentar", "Kommentar abschicken", "Antworten abbrechen", "Antwort abbrechen"),
    *("Comentário", "Nome", "Site", "Publicar comentário", "Cancelar resposta"),
    *("Commento", "Sito web", "Invia commento", "Annulla risposta"),
    *("Reactie", "Naam", "E-mailadres", "Site", "Reactie plaatsen", "Reactie annuleren"),
    "Δ",
)


def _plain(text: str) -> str:
    """Return the words for comparison: without case and punctuation, in one Unicode form, "e-mail" as "email"."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"\be[-\u2010\u2011\u2013]mail", "email", text)
    return " ".join(re.findall(r"\w+", text))


def _only(phrases) -> re.Pattern:
    longest_first = sorted({_plain(phrase) for phrase in phrases}, key=len, reverse=True)
    # Possessive: "Site web" is also "Site" and "Web", and a line of them must not be tried in every way.
    return re.compile(rf"(?:(?:{'|'.join(map(re.escape, longest_first))})(?: |$))++")


_SAID_IN = {
    language: re.compile("|".join(rf"\b{re.escape(_plain(saying))}\b" for saying in sayings))
    for language, sayings in SAYINGS.items()
}
_NOTHING_ELSE = _only((*(saying for sayings in SAYINGS.values() for saying in sayings), *LABELS))


def start_and_language(lines: list[str]) -> tuple[int, str]:
    """Return the line at which a comment form begins, and its language; (len(lines), "") where there is none.

    Only an unbroken run of form lines at the very end counts, so a story that quotes a form stays whole.
    """
    start = len(lines)
    counts: dict[str, int] = {}
    for number in range(len(lines) - 1, -1, -1):
        words = _plain(lines[number])
        if not words:
            continue  # blank, or the lone asterisk of a marker
        if not _NOTHING_ELSE.fullmatch(words):
            break
        for language, pattern in _SAID_IN.items():
            if pattern.search(words):
                counts[language] = counts.get(language, 0) + 1
                start = number
    return start, max(counts, key=counts.get, default="")

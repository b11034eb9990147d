"""What a push says: one neutral sentence per kind and language."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TITLE: Final = "Porchlight"
"""The title of every push: the app's name. Who looks over a shoulder learns nothing from it."""

DEFAULT_LANGUAGE: Final = "en"

_ENGLISH: Final = {
    "reach_out": "Someone in your circle would like company.",
    "answered": "Someone has answered.",
    "all_clear": "All is well. Thank you for being there.",
    "ended": "This has ended without an all-clear.",
    "unanswered": "Nobody has answered yet. You can call someone from here.",
    "are_you_talking": "Are you two talking?",
    "message": "You have a new message.",
    "invitation_accepted": "Someone has accepted your invitation. Please confirm it.",
    "standing_by": "Someone in your circle has asked you to stand by.",
    "bookend_due": "It is time for the check-in you planned.",
    "bookend_missed": "Someone in your circle has not checked in as planned.",
    "check_in": "Someone has shared a check-in with you.",
    "reach_in": "Someone is thinking of you.",
    "unreachable": "A phone in your circle cannot be reached right now.",
    "test": "A light came on.",
    "code": "Your code:",
}
_SPANISH: Final = {
    "reach_out": "A alguien de tu círculo le gustaría tener compañía.",
    "answered": "Alguien ha respondido.",
    "all_clear": "Todo está bien. Gracias por estar ahí.",
    "ended": "Esto ha terminado sin un aviso de que todo está bien.",
    "unanswered": "Nadie ha respondido todavía. Desde aquí puedes llamar a alguien.",
    "are_you_talking": "¿Están hablando ustedes dos?",
    "message": "Tienes un mensaje nuevo.",
    "invitation_accepted": "Alguien ha aceptado tu invitación. Confírmala, por favor.",
    "standing_by": "Alguien de tu círculo te ha pedido que estés pendiente.",
    "bookend_due": "Es la hora del aviso que habías planeado.",
    "bookend_missed": "Alguien de tu círculo no ha dado el aviso que tenía planeado.",
    "check_in": "Alguien ha compartido contigo cómo está.",
    "reach_in": "Alguien está pensando en ti.",
    "unreachable": "Ahora mismo no se puede contactar con un teléfono de tu círculo.",
    "test": "Se ha encendido una luz.",
    "code": "Tu código:",
}
_GERMAN: Final = {
    "reach_out": "Jemand aus deinem Kreis hätte gern Gesellschaft.",
    "answered": "Jemand hat geantwortet.",
    "all_clear": "Alles ist gut. Danke, dass du da bist.",
    "ended": "Dies ist ohne Entwarnung zu Ende gegangen.",
    "unanswered": "Noch hat niemand geantwortet. Von hier aus kannst du jemanden anrufen.",
    "are_you_talking": "Sprecht ihr beide miteinander?",
    "message": "Du hast eine neue Nachricht.",
    "invitation_accepted": "Jemand hat deine Einladung angenommen. Bitte bestätige sie.",
    "standing_by": "Jemand aus deinem Kreis bittet dich, bereit zu sein.",
    "bookend_due": "Es ist Zeit für die Meldung, die du geplant hast.",
    "bookend_missed": "Jemand aus deinem Kreis hat sich nicht wie geplant gemeldet.",
    "check_in": "Jemand hat dir geschrieben, wie es geht.",
    "reach_in": "Jemand denkt an dich.",
    "unreachable": "Ein Telefon in deinem Kreis ist gerade nicht zu erreichen.",
    "test": "Ein Licht ist angegangen.",
    "code": "Dein Code:",
}
_SENTENCES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"en": MappingProxyType(_ENGLISH), "es": MappingProxyType(_SPANISH), "de": MappingProxyType(_GERMAN)}
)
_SEVERAL: Final[Mapping[str, tuple[str, tuple[str, ...], str]]] = MappingProxyType(
    {
        # From two on; beyond the last number it is many.
        "en": (
            "{} people in your circle would like company.",
            ("Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"),
            "Many",
        ),
        "es": (
            "A {} personas de tu círculo les gustaría tener compañía.",
            ("dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"),
            "muchas",
        ),
        "de": (
            "{} Menschen aus deinem Kreis hätten gern Gesellschaft.",
            ("Zwei", "Drei", "Vier", "Fünf", "Sechs", "Sieben", "Acht", "Neun", "Zehn"),
            "Viele",
        ),
    }
)
# A newer server may have written a kind that this worker does not know yet; the push goes all the same.
_ANYTHING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "Something new is waiting for you.",
        "es": "Hay algo nuevo para ti.",
        "de": "Etwas Neues wartet auf dich.",
    }
)

LANGUAGES: Final[tuple[str, ...]] = tuple(_SENTENCES)
KINDS: Final[frozenset[str]] = frozenset(_ENGLISH)


def wording(kind: str, language: str | None, waiting: int = 1) -> tuple[str, str]:
    """Title and body of a push of this kind, in `language` (a tag such as `es` or `es-MX`), else in English.

    `waiting`: how many people wait for whom an alarm goes to; it says so where it is more than one.
    """
    spoken = (language or "").replace("_", "-").split("-")[0].lower()
    if spoken not in _SENTENCES:
        spoken = DEFAULT_LANGUAGE
    if kind == "reach_out" and waiting > 1:
        sentence, numbers, many = _SEVERAL[spoken]
        return TITLE, sentence.format(numbers[waiting - 2] if waiting - 2 < len(numbers) else many)
    return TITLE, _SENTENCES[spoken].get(kind, _ANYTHING[spoken])

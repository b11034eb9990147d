"""Every sentence of the server in German."""

from typing import Final

from rules.call_words import CallWords
from rules.languages.catalogue import Catalogue, PageWords, SeveralWaiting
from rules.languages.export.de import GERMAN_EXPORT

GERMAN: Final = Catalogue(
    name="Deutsch",
    push={
        "reach_out": "Jemand aus deinem Kreis hätte gern Gesellschaft.",
        "calm": "Jemand aus deinem Kreis würde gern reden. Es eilt nicht.",
        "answered": "Jemand hat geantwortet.",
        "all_clear": "Alles ist gut. Danke, dass du da bist.",
        "ended": "Dies ist ohne Entwarnung zu Ende gegangen.",
        "unanswered": "Noch hat niemand geantwortet. Von hier aus kannst du jemanden anrufen.",
        "are_you_talking": "Redet ihr beide gerade miteinander?",
        "message": "Du hast eine neue Nachricht.",
        "invitation_accepted": "Jemand hat deine Einladung angenommen. Bitte bestätige sie.",
        "standing_by": "Jemand aus deinem Kreis bittet dich, dich bereitzuhalten.",
        "bookend_due": "Es ist Zeit für die Rückmeldung, die du geplant hast.",
        "bookend_missed": "Jemand aus deinem Kreis hat sich nicht wie geplant zurückgemeldet.",
        "check_in": "Jemand lässt dich wissen, wie es geht.",
        "reach_in": "Jemand denkt an dich.",
        "unreachable": "Ein Telefon in deinem Kreis ist gerade nicht zu erreichen.",
        "check_in_seen": "Jemand hat gesehen, wie es dir geht.",
        "commitment_asked": "Jemand möchte, dass du von einem Vorhaben weißt.",
        "commitment_due": "Etwas, das du dir vorgenommen hast.",
        "commitment_ended": "Etwas, das du dir vorgenommen hattest, ist an seinem Ende.",
        "moment": "Ein Moment für dich, wenn du magst.",
        "follow_up": "Ein leises Wort zu neulich.",
        "practice": "Ein Übungslicht aus deinem Kreis. Tippe es an, dann ist klar, dass es ankam.",
        "practice_offer": "Ein Übungslicht würde zeigen, wessen Telefon erreicht wird.",
        "account_changed": "An deinem Konto wurde etwas geändert.",
        "test": "Ein Licht ist angegangen.",
        "code": "Dein Code:",
    },
    named_push={
        "reach_out": "{} hätte gern Gesellschaft.",
        "calm": "{} würde gern reden. Es eilt nicht.",
        "answered": "{} hat geantwortet.",
        "message": "{} hat dir geschrieben.",
        "reach_in": "{} denkt an dich.",
    },
    several=SeveralWaiting(
        sentence="{} Menschen aus deinem Kreis hätten gern Gesellschaft.",
        numbers=("Zwei", "Drei", "Vier", "Fünf", "Sechs", "Sieben", "Acht", "Neun", "Zehn"),
        many="Viele",
    ),
    unknown_push="Etwas Neues wartet auf dich.",
    call=CallWords(
        voice="de-DE",
        whole="{hello} {words} Noch einmal: {words} Auf Wiederhören.",
        hello="Hallo. Hier ist Porchlight.",
        look="Bitte öffne Porchlight auf deinem Telefon.",
        link="Eine Nachricht mit einem Link ist unterwegs an diese Nummer.",
        code="Dein Code ist: {digits}.",
    ),
    pages=PageWords(
        nowhere="An dieser Adresse ist nichts.",
        nowhere_advice="Vielleicht ist sie vertippt oder hat sich unterwegs verändert. Bitte um den ganzen Link, wo er herkam, oder öffne die App.",
        open_app="Porchlight öffnen",
    ),
    export=GERMAN_EXPORT,
)

"""Every sentence of the server in Spanish."""

from typing import Final

from rules.call_words import CallWords
from rules.languages.catalogue import Catalogue, PageWords, SeveralWaiting
from rules.languages.export.es import SPANISH_EXPORT

SPANISH: Final = Catalogue(
    name="Español",
    push={
        "reach_out": "A alguien de tu círculo le gustaría tener compañía.",
        "calm": "Alguien de tu círculo quisiera hablar un rato. No es nada urgente.",
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
        "check_in_seen": "Alguien ha visto cómo estás.",
        "commitment_asked": "A alguien le gustaría que sepas de algo que quiere hacer.",
        "commitment_due": "Algo que querías hacer.",
        "commitment_ended": "Algo que querías hacer ha llegado a su fin.",
        "moment": "Un momento para ti, si quieres.",
        "follow_up": "Unas palabras tranquilas después del otro día.",
        "practice": "Una luz de práctica de tu círculo. Tócala para mostrar que llegó.",
        "practice_offer": "Una luz de práctica mostraría a qué teléfonos llega.",
        "account_changed": "Algo de tu cuenta ha cambiado.",
        "test": "Se ha encendido una luz.",
        "code": "Tu código:",
    },
    named_push={
        "reach_out": "A {} le gustaría tener compañía.",
        "calm": "{} quisiera hablar un rato. No es nada urgente.",
        "answered": "{} ha respondido.",
        "message": "{} te ha escrito.",
        "reach_in": "{} está pensando en ti.",
    },
    several=SeveralWaiting(
        sentence="A {} personas de tu círculo les gustaría tener compañía.",
        numbers=("dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"),
        many="muchas",
    ),
    unknown_push="Hay algo nuevo para ti.",
    call=CallWords(
        voice="es-ES",
        whole="{hello} {words} Una vez más: {words} Adiós.",
        hello="Hola. Te llama Porchlight.",
        look="Abre Porchlight en tu teléfono, por favor.",
        link="Un mensaje con un enlace va de camino a este número.",
        code="Tu código es: {digits}.",
    ),
    pages=PageWords(
        nowhere="No hay nada en esta dirección.",
        nowhere_advice="Puede que esté mal escrita o que haya cambiado en el camino. Pide el enlace completo a quien lo envió, o abre la aplicación.",
        open_app="Abrir Porchlight",
    ),
    export=SPANISH_EXPORT,
)

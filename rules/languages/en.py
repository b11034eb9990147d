"""Every sentence of the server in English."""

from typing import Final

from rules.call_words import CallWords
from rules.languages.catalogue import Catalogue, PageWords, SeveralWaiting
from rules.languages.export.en import ENGLISH_EXPORT

ENGLISH: Final = Catalogue(
    name="English",
    push={
        "reach_out": "Someone in your circle would like company.",
        "calm": "Someone in your circle would be glad to talk. Nothing is urgent.",
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
        "check_in_seen": "Someone has seen how you are.",
        "commitment_asked": "Someone would like you to know of something they mean to do.",
        "commitment_due": "Something you meant to do.",
        "commitment_ended": "Something you meant to do has come to its end.",
        "moment": "A moment for you, if you like.",
        "follow_up": "A quiet word about the other day.",
        "practice": "A practice light from your circle. Tap it to show that it arrived.",
        "practice_offer": "A practice light would show whose phone is reached.",
        "account_changed": "Something about your account was changed.",
        "test": "A light came on.",
        "code": "Your code:",
    },
    named_push={
        "reach_out": "{} would like company.",
        "calm": "{} would be glad to talk. Nothing is urgent.",
        "answered": "{} has answered.",
        "message": "{} has written to you.",
        "reach_in": "{} is thinking of you.",
    },
    several=SeveralWaiting(
        sentence="{} people in your circle would like company.",
        numbers=("Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"),
        many="Many",
    ),
    unknown_push="Something new is waiting for you.",
    call=CallWords(
        voice="en-US",
        whole="{hello} {words} Once more: {words} Goodbye.",
        hello="Hello. This is Porchlight.",
        look="Please open Porchlight on your phone.",
        link="A text message with a link is on its way to this number.",
        code="Your code is: {digits}.",
    ),
    pages=PageWords(
        nowhere="There is nothing at this address.",
        nowhere_advice="It may have been mistyped, or changed on its way. Ask whoever sent it for the whole link, or open the app.",
        open_app="Open Porchlight",
    ),
    export=ENGLISH_EXPORT,
)

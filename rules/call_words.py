"""What a voice says on the phone: the sentences of one language, and how they are put together."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallWords:
    """What a voice says on the phone. `voice`: the language and region that it speaks, as gateways name them.

    `whole` holds the places `{hello}` and `{words}`: everything that matters is said twice. `look`: what to do now, `link` for
    somebody without the app; a code has `{digits}` instead.
    """

    voice: str
    whole: str
    hello: str
    look: str
    link: str
    code: str

    def text(self, sentence: str, *, guest: bool = False) -> str:
        """Return what is said about a reach-out, whose neutral sentence is given."""
        return self.whole.format(hello=self.hello, words=f"{sentence} {self.link if guest else self.look}")

    def code_text(self, code: str) -> str:
        """Return what is said to confirm a number: the code digit by digit."""
        return self.whole.format(hello=self.hello, words=self.code.format(digits=", ".join(code)))

"""The look of a guest's pages: the values and parts of the phone app's style that they need, in one string."""

import base64
import hashlib
from typing import Final

# As in phone/src/style: tokens.css, page.css, controls.css. Night by default, day where the phone prefers it.
GUEST_STYLE: Final = (
    ":root{color-scheme:dark;--bg:#0d1630;--raised:#18244a;--line:#2c3a68;--edge:#7283b8;--ink:#f3ebdd;--soft:#b9c2dd;"
    "--lamp:#ffc566;--core:#fff0cc;--rim:#eda23a;--lamp-edge:#ffc566;--on-lamp:#231500;--flame:#ffc566;--metal:#3c4b84;"
    "--deep:#263263;--glow:rgb(255 158 62/.34);--far:rgb(255 150 64/.14)}"
    "@media (prefers-color-scheme:light){:root{color-scheme:light;--bg:#fbf5e8;--raised:#fffdf8;--line:#e6dac1;"
    "--edge:#8a7c62;--ink:#1b2644;--soft:#535c76;--lamp:#f6b342;--core:#ffedc4;--rim:#e8a035;--lamp-edge:#a3660d;"
    "--flame:#bd6f00;--metal:#35436e;--deep:#1b2644;--glow:rgb(250 176 60/.5);--far:rgb(250 186 84/.24)}}"
    "*,::before,::after{box-sizing:border-box}[hidden]{display:none!important}html{background:var(--bg);-webkit-text-size-adjust:100%}"
    "body{margin:0;color:var(--ink);font:400 1.0625rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;"
    "overflow-wrap:anywhere}"
    "h1,h2,p,ul,fieldset,blockquote{margin:0;padding:0;border:0;min-width:0;font:inherit}ul{list-style:none}"
    "a{color:inherit;text-underline-offset:.25em}svg{display:block}"
    ":focus-visible{outline:3px solid var(--flame);outline-offset:3px;border-radius:.75rem}"
    ".page{isolation:isolate;max-width:30rem;margin-inline:auto;padding:1.5rem 1rem 2rem;display:flex;"
    "flex-direction:column;gap:1.5rem}"
    ".stack{display:grid;grid-template-columns:minmax(0,1fr);gap:.75rem}.tight{gap:.25rem}"
    ".hero{display:grid;grid-template-columns:minmax(0,1fr);justify-items:center;text-align:center;gap:.75rem}"
    "h1{font:400 clamp(1.75rem,1.3rem + 2.4vw,2.125rem)/1.2 ui-serif,'Noto Serif',Georgia,serif;letter-spacing:-.01em;"
    "text-wrap:balance}"
    "h2{font:400 clamp(1.375rem,1.1rem + 1.6vw,1.625rem)/1.3 ui-serif,'Noto Serif',Georgia,serif;text-wrap:balance}"
    ".words{font:italic 400 1.25rem/1.4 ui-serif,'Noto Serif',Georgia,serif}.head{font-size:.9375rem;font-weight:600;"
    "color:var(--soft)}.soft{color:var(--soft)}.small{font-size:.9375rem;line-height:1.4}.mid{text-align:center}"
    ".name{font-weight:600}"
    ".btn,.field,.pick label,summary{border:1.5px solid var(--edge);border-radius:.75rem}"
    ".btn{display:flex;align-items:center;justify-content:center;gap:.5rem;width:100%;min-height:3.5rem;padding:.5rem .75rem;"
    "border-radius:1.125rem;background:var(--raised);color:var(--ink);font:600 1.0625rem/1.25 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;"
    "text-align:center;text-decoration:none;cursor:pointer;touch-action:manipulation}"
    ".main{background:var(--lamp);border-color:var(--lamp-edge);color:var(--on-lamp);font-size:1.25rem;min-height:4rem}"
    ".large{min-height:5rem;font-size:clamp(1.375rem,1.1rem + 1.6vw,1.625rem);border-width:2px}"
    ".quiet{background:none;border-color:transparent;font-weight:500;text-decoration:underline;"
    "text-decoration-color:var(--edge);text-underline-offset:.25em;min-height:3rem}"
    "label,legend{font-weight:600;padding:0}"
    ".field{width:100%;min-height:3.5rem;padding:.5rem 1rem;font:inherit;color:var(--ink);background:var(--raised)}"
    "[type=time]{padding-inline:.5rem}textarea.field{min-height:6rem;resize:vertical}.field[aria-invalid]{border-color:var(--flame);border-width:2.5px}"
    ".pick{display:flex;flex-wrap:wrap;gap:.5rem}.pick legend{margin-bottom:.5rem}"
    ".pick label{position:relative;display:flex;gap:.5rem;align-items:center;min-height:3rem;padding:.25rem 1rem;"
    "border-radius:1.125rem;font-weight:500}"
    ".pick input{width:1.25rem;height:1.25rem;margin:0;accent-color:var(--flame)}"
    ".pick label:has(:checked){border-color:var(--flame);box-shadow:inset 0 0 0 1.5px var(--flame);font-weight:700;"
    "background:var(--raised)}"
    ".two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(7.5rem,100%),1fr));gap:.75rem}"
    ".card{background:var(--raised);border:1px solid var(--line);border-radius:1.125rem;padding:1rem;display:grid;"
    "grid-template-columns:minmax(0,1fr);gap:.75rem}"
    ".msg{justify-self:start;max-width:85%;padding:.5rem 1rem;background:var(--raised);border:1px solid var(--line);"
    "border-radius:1.125rem;white-space:pre-wrap}.me{justify-self:end;background:none;border-color:var(--edge)}"
    "summary{display:flex;align-items:center;justify-content:center;min-height:3rem;padding:.5rem;border-color:transparent;"
    "font-weight:500;text-decoration:underline;text-decoration-color:var(--edge);text-underline-offset:.25em;cursor:pointer}"
    "details[open]>summary{margin-bottom:.75rem}.error{border-inline-start:4px solid var(--flame);padding-inline-start:.75rem}"
    ".light{position:relative;height:8rem;aspect-ratio:260/320}.light svg{width:100%;height:100%;overflow:visible}"
    ".light::before{content:'';position:absolute;z-index:-1;inset:50%;margin:-14rem min(-14rem,-50vw);border-radius:50%;"
    "background:radial-gradient(closest-side,var(--glow),var(--far) 52%,transparent);pointer-events:none}"
    ".page{overflow:hidden}.metal{fill:var(--metal)}.deep{fill:var(--deep)}.core{fill:var(--core)}"
    ".g1{stop-color:var(--core)}.g2{stop-color:var(--lamp)}.g3{stop-color:var(--rim)}"
    ".codes{columns:2;font:600 1rem/1.9 ui-monospace,monospace}@media (max-width:26rem){.codes{columns:1}}"
    "@media print{.btn,summary{display:none}}"
)


def sha256(text: str) -> str:
    """Return the hash by which a policy allows what stands in a page."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


GUEST_PAGE_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{sha256(GUEST_STYLE)}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
LANTERN: Final = (
    '<div class="light"><svg viewBox="0 0 260 320" aria-hidden="true"><defs>'
    '<radialGradient id="g" cx=".5" cy=".6" r=".75"><stop class="g1" offset="0"/><stop class="g2" offset=".6"/>'
    '<stop class="g3" offset="1"/></radialGradient></defs>'
    '<path class="metal" fill-rule="evenodd" d="M130 0a18 18 0 0 1 7 34.6V44h8q6 0 10 4l66 51q9 7 9 13t-9 6H39q-9 0-9-6t9-13'
    'l66-51q4-4 10-4h8v-9.4A18 18 0 0 1 130 0zm0 8a10 10 0 1 0 0 20 10 10 0 1 0 0-20z"/>'
    '<path class="deep" d="M44 118h172l-8 172H52z"/><path fill="url(#g)" d="M56 122h148l-7 160H63z"/>'
    '<path class="core" d="M131 142c4 30 31 50 31 82a32 32 0 0 1-64 0c0-30 26-46 33-82z"/>'
    '<path class="metal" d="M40 286h180a9 9 0 0 1 0 18H40a9 9 0 0 1 0-18z"/>'
    '<path class="deep" d="M74 304h112l-6 10q-3 6-9 6H89q-6 0-9-6z"/></svg></div>'
)

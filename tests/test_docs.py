"""The pages hold together: links lead somewhere, and the files, functions and commands that a page names exist."""

import re
from pathlib import Path

import pytest

from cli.main import _parser

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    path
    for pattern in ("*.md", "docs/**/*.md", "deploy/*.md", "phone/*.md")
    for path in sorted(ROOT.glob(pattern))
    if path.name != "CHANGELOG.md"
]
FOLDERS = "api|benchmarks|cli|core|deploy|docs|migrations|models|notifications|phone|rules|scripts|tests|worker"
SOURCE_PATH = re.compile(rf"`((?:{FOLDERS})/[\w./-]*)`")
NAMES_IN_FILE = re.compile(rf"((?:`[\w.]+`(?:, | and |))+) (?:in|of) `((?:{FOLDERS})/[\w./-]+)`")
"""Names of code beside the file that they stand in: "`list_due` and `advance` in `rules/…`"."""
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MAKE_TARGET = re.compile(r"`make (?:[A-Z]+=\S+ )*([a-z]+)")
COMMAND = re.compile(r"`(?:\.venv/bin/)?porchlight ([a-z]+)")


def anchors(page: Path) -> set[str]:
    """Return the anchors that a forge gives to the headings of a page."""
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(page.read_text())]
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.fixture(params=PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def page(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_every_link_has_a_target(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text()):
        if link.startswith(("https:", "http:")):
            continue
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_named_file_exists(page: Path) -> None:
    # phone/README.md names the app's files as they stand in its src/.
    bases = (ROOT, page.parent / "src")
    named = SOURCE_PATH.findall(page.read_text())
    assert [path for path in named if not any((base / path).exists() for base in bases)] == []


def test_every_name_is_in_the_file_that_it_is_said_to_be_in(page: Path) -> None:
    missing = [
        (name, path)
        for names, path in NAMES_IN_FILE.findall(" ".join(page.read_text().split()))
        for name in re.findall(r"\w+(?=`)", names)
        if (ROOT / path).is_file() and not re.search(rf"\b{name}\b *[(:=]", (ROOT / path).read_text())
    ]
    assert missing == []


def test_every_named_command_exists(page: Path) -> None:
    text = page.read_text()
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(MAKE_TARGET.findall(text)) - set(targets) == set()
    known = _parser().format_help()
    assert [command for command in COMMAND.findall(text) if not re.search(rf"\b{command}\b", known)] == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    assert [path.name for path in sorted(folder.glob("0*.md")) if f"({path.name})" not in index] == []

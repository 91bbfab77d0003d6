"""What the page is made of: nothing from outside or inline, others' files unchanged, colours that one can read."""

import hashlib
import re
from pathlib import Path

import pytest

from sandbox.page.server import POLICY, STATIC

VENDOR = STATIC / "vendor"
# The files of others, as their packages have them; vendor/README.md says which packages.
OF_OTHERS = {
    "preact-htm.js": "72284e8e9079c87817145df1110f74e8a2aa040b2fc384922e18dfcb46fc1fd7",
    "emoji.json": "f83b3792190a1375a752e78c9e601c9a4bacd35b66c4877100c1fc2f66d315a2",
    "LICENSE-htm.txt": "740725f7252e750af735d0028cc534970772f513331e9f68150fede8fb3ce00f",
    "LICENSE-preact.txt": "1fe6958409c8c257a70c587a18b6f7f412b179b456630790d30b2ec9a8e4b7d4",
    "LICENSE-emoji-datasource.txt": "ee9953a79bf2132b59b1342b217f1c377b3d03d9e7713006f6c3b89eb159f1db",
}
OURS = sorted(path for path in STATIC.rglob("*") if path.is_file() and path.parent != VENDOR)
FILE_LINES = 300
ENOUGH = 4.5
# What is written on what, by the names in style.css.
PAIRS = [
    *(
        (text, ground)
        for text in ("text", "muted", "accent-text", "bad")
        for ground in ("surface", "sunk", "hover")
    ),
    ("text", "raised"),
    ("text", "back"),
    ("muted", "back"),
    ("on-accent", "accent"),
    ("on-good", "good"),
    ("on-bad", "bad"),
    ("accent-text", "accent-soft"),
    ("warn-text", "warn-soft"),
    ("text", "warn-soft"),
    ("code-text", "sunk"),
    ("side-text", "side"),
    ("side-text", "side-hover"),
    ("side-strong", "side-hover"),
    ("side-strong", "side-active"),
]


def test_what_is_of_others_is_unchanged_and_named() -> None:
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "README.md"
    }
    assert found == OF_OTHERS
    readme = (VENDOR / "README.md").read_text("utf-8")
    assert [name for name in OF_OTHERS if f"`{name}`" not in readme] == []


@pytest.mark.parametrize(
    "path", [path for path in OURS if path.suffix in {".js", ".css", ".html"}], ids=lambda path: path.name
)
def test_nothing_comes_from_outside(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"""(?:from|import|src|href|url)\s*[=(]?\s*["']?(?:https?:)?//""", text)
    assert len(text.splitlines()) <= FILE_LINES


def test_the_page_has_nothing_inline() -> None:
    page = (STATIC / "index.html").read_text("utf-8")
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", page)
    assert "unsafe" not in POLICY
    assert POLICY.startswith("default-src 'self';")


def test_no_text_of_people_is_made_html() -> None:
    risky = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|\beval\b|new Function"
    )
    assert [path.name for path in OURS if path.suffix == ".js" and risky.search(path.read_text("utf-8"))] == []


def themes() -> dict[str, dict[str, str]]:
    """Return the colours of each theme by name; the chosen dark one must be the system's dark one."""
    style = (STATIC / "style.css").read_text("utf-8")
    blocks = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in re.findall(r"\{([^{}]*)\}", style)
    ]
    light, dark, chosen = [block for block in blocks if "surface" in block]
    assert dark == chosen
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read(theme: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text (success criterion 1.4.3)."""
    colours = themes()[theme]
    poor = {}
    for text, ground in PAIRS:
        high, low = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
        contrast = (high + 0.05) / (low + 0.05)
        if contrast < ENOUGH:
            poor[f"{text} on {ground}"] = round(contrast, 2)
    assert poor == {}

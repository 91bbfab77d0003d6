"""What a message says of files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.files import ShownFile
from bot.views.file_words import AND_MORE, FILES, MOST_NAMES, NAME_LIMIT, files_line, size_words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (1_440, "1.4 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (12_345, "12 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (1_400_000, "1.4 MB"),
        (2_000_000_000, "2 GB"),
        (7_000_000_000_000, "7000 GB"),
    ],
)
def test_sizes_are_read_at_a_glance(size: int, words: str) -> None:
    assert size_words(size) == words


def test_files_are_named_with_their_sizes() -> None:
    assert files_line([ShownFile("a.png", 1_400), ShownFile("b.txt", 0)]) == "Files: a.png (1.4 kB), b.txt"


def test_the_first_five_of_many_are_named() -> None:
    files = [ShownFile(f"{number}.txt", 1) for number in range(MOST_NAMES + 1)]
    assert AND_MORE.format(count=1) not in files_line(files[:MOST_NAMES])
    assert files_line(files).endswith("4.txt (1 byte)" + AND_MORE.format(count=1))


@given(st.lists(st.builds(ShownFile, st.text(min_size=1), st.integers(0, 2**53)), min_size=1, max_size=40))
def test_a_line_is_never_long(files: list[ShownFile]) -> None:
    assert len(files_line(files)) < len(FILES) + MOST_NAMES * (NAME_LIMIT + 30) + len(AND_MORE)

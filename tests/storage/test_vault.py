"""Credentials at rest: encrypted with the first key, decrypted with any, never shown."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.errors import UnavailableError
from storage.vault import Vault, WrongKeyError, kept_key, open_vault, split_keys

OLD, NEW = "an old key of more than 32 characters", "a new key of more than 32 characters"
SECRET = "lin_api_never_to_be_read"


def test_what_is_locked_is_not_the_secret_and_is_unlocked_again() -> None:
    locked = Vault([OLD]).lock(SECRET)
    assert SECRET not in locked
    assert Vault([OLD]).unlock(locked) == SECRET
    assert Vault([OLD]).lock(SECRET) != locked


def test_the_first_key_locks_and_any_unlocks() -> None:
    before, turning, after = Vault([OLD]), Vault([NEW, OLD]), Vault([NEW])
    assert turning.unlock(before.lock(SECRET)) == SECRET
    assert after.unlock(turning.lock(SECRET)) == SECRET
    with pytest.raises(WrongKeyError):
        before.unlock(turning.lock(SECRET))


def test_what_was_changed_is_not_unlocked() -> None:
    locked = Vault([OLD]).lock(SECRET)
    with pytest.raises(WrongKeyError):
        Vault([OLD]).unlock(locked[:-4] + "AAAA")


def test_a_vault_does_not_show_its_keys() -> None:
    assert OLD not in repr(Vault([OLD])) + str(vars(Vault([OLD])))


def test_keys_are_given_with_commas_between_them() -> None:
    assert split_keys(f" {NEW},{OLD} ,") == [NEW, OLD]
    locked = open_vault(OLD, "postgresql://u@h/d").lock(SECRET)
    assert open_vault(f"{NEW}, {OLD}", "postgresql://u@h/d").unlock(locked) == SECRET


def test_without_a_key_one_is_made_beside_sqlites_file_for_its_owner_alone(tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path}/made/threadline.db"
    locked = open_vault(None, database_url).lock(SECRET)
    assert open_vault(None, database_url).unlock(locked) == SECRET
    [file] = (tmp_path / "made").iterdir()
    assert file.name == "threadline.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text("ascii")) >= 32


def test_two_that_start_at_once_take_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starting:
        keys = set(starting.map(kept_key, [tmp_path / "threadline.key"] * 8))
    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["threadline.key"]


def test_a_place_where_no_key_can_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError) as caught:
        open_vault(None, f"sqlite:///{tmp_path}/file/threadline.db")
    assert "SECRET_KEY" in caught.value.sentence


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_key_is_never_readable_by_others_even_for_a_moment(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        kept_key(tmp_path / "threadline.key")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "threadline.key").stat().st_mode) == 0o600

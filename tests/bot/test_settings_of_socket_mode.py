"""Socket Mode's settings: the app-level token is checked, and only with it the signing secret may be left out."""

import pytest

from bot.settings import Settings, SettingsError, read_settings

SECRET = "a-secret-that-nobody-may-read"
BOT_TOKEN = f"xoxb-{SECRET}"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of the machine's own environment be read."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def lines_of_refusal(**given: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(_env_file=None, slack_bot_token=BOT_TOKEN, **given)
    assert SECRET not in caught.value.sentence
    return caught.value.sentence.split("\n")[1:]


def test_with_an_app_token_the_signing_secret_may_be_left_out() -> None:
    settings = read_settings(_env_file=None, slack_bot_token=BOT_TOKEN, slack_app_token=f"xapp-{SECRET}")
    assert settings.slack_signing_secret is None
    assert settings.slack_app_token is not None
    assert settings.slack_app_token.get_secret_value() == f"xapp-{SECRET}"
    assert SECRET not in repr(settings)


def test_without_an_app_token_the_signing_secret_is_missing() -> None:
    [line] = lines_of_refusal()
    assert line.startswith("  SLACK_SIGNING_SECRET is missing: ")
    assert "Basic Information" in line


def test_its_absence_is_named_beside_what_else_is_wrong() -> None:
    names = [line.split()[0] for line in lines_of_refusal(port="0", log_level="loud")]
    assert names == ["SLACK_SIGNING_SECRET", "PORT", "LOG_LEVEL"]


@pytest.mark.parametrize("token", [BOT_TOKEN, SECRET])
def test_a_wrong_app_token_is_named_alone_with_where_to_make_one(token: str) -> None:
    [line] = lines_of_refusal(slack_app_token=token)
    assert line.startswith("  SLACK_APP_TOKEN is not right: ")
    for word in ("Basic Information", "App-Level Tokens", "connections:write", "xapp-"):
        assert word in line


def test_an_empty_app_token_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "")
    [line] = lines_of_refusal()
    assert line.startswith("  SLACK_SIGNING_SECRET is missing: ")


def test_both_may_be_given() -> None:
    settings = read_settings(
        _env_file=None,
        slack_bot_token=BOT_TOKEN,
        slack_app_token=f"xapp-{SECRET}",
        slack_signing_secret=SECRET,
    )
    assert settings.slack_signing_secret is not None
    assert settings.slack_app_token is not None

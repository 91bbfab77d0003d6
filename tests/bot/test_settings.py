"""Every missing or wrong setting is named at once, with its fix, and without its value."""

from typing import Any

import pytest

from bot.errors import Kind
from bot.settings import DEFAULT_DATABASE_URL, Settings, SettingsError, read_settings

SECRET = "a-secret-that-nobody-may-read"
KEY = "a-key-of-thirty-two-characters-or-more"
GOOD: dict[str, str] = {"SLACK_SIGNING_SECRET": SECRET, "SLACK_BOT_TOKEN": f"xoxb-{SECRET}"}
# For each setting that can be wrong: values that are, and a word of the fix.
WRONG: list[tuple[str, str, str]] = [
    ("SLACK_BOT_TOKEN", f"xoxp-{SECRET}", "xoxb-"),
    ("SLACK_BOT_TOKEN", SECRET, "OAuth & Permissions"),
    ("SLACK_API_URL", "slack.com/api", "https://"),
    ("SLACK_API_URL", "ftp://slack.com/api/", "https://"),
    ("LINEAR_API_URL", f"api.linear.app/{SECRET}", "https://"),
    ("LINEAR_WEBHOOK_SECRET", " , ", "signing secret"),
    ("DATABASE_URL", f"mysql://user:{SECRET}@host/db", "postgresql://"),
    ("DATABASE_URL", "data/threadline.db", "SQLite"),
    ("DATABASE_URL", "sqlite://", "SQLite"),
    ("DATABASE_URL", "sqlite:///:memory:", "SQLite"),
    ("PUBLIC_URL", "your.address", "https://"),
    ("SECRET_KEY", "a-secret-of-31-characters-only.", "32"),
    ("SECRET_KEY", f"{SECRET}-{SECRET},short", "32"),
    ("SECRET_KEY", " , ", "32"),
    ("PORT", "0", "65535"),
    ("PORT", "65536", "65535"),
    ("PORT", "http", "65535"),
    ("LEASE_SECONDS", "0.5", "600"),
    ("LEASE_SECONDS", "601", "600"),
    ("LEASE_SECONDS", "nan", "600"),
    ("LOG_LEVEL", "verbose", "DEBUG"),
    ("LOG_LEVEL", "debug", "DEBUG"),
]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of the machine's own environment be read."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)


def refused(**given: Any) -> str:
    """Return the sentence with which these settings are refused."""
    with pytest.raises(SettingsError) as caught:
        read_settings(_env_file=None, **given)
    assert caught.value.kind is Kind.INVALID
    return caught.value.sentence


def as_given(settings: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in settings.items()}


def test_only_slacks_two_secrets_have_no_default() -> None:
    settings = read_settings(_env_file=None, **as_given(GOOD))
    assert settings.slack_signing_secret is not None
    assert settings.slack_signing_secret.get_secret_value() == SECRET
    assert settings.slack_bot_token.get_secret_value() == f"xoxb-{SECRET}"
    assert settings.model_dump(exclude={"slack_signing_secret", "slack_bot_token"}) == {
        "slack_app_token": None,
        "slack_api_url": "https://slack.com/api/",
        "linear_api_key": None,
        "linear_client_id": None,
        "linear_client_secret": None,
        "secret_key": None,
        "public_url": None,
        "admin_token": None,
        "metrics_token": None,
        "linear_api_url": "https://api.linear.app/graphql",
        "linear_webhook_secret": None,
        "database_url": DEFAULT_DATABASE_URL,
        "host": "127.0.0.1",
        "port": 3000,
        "lease_seconds": 30.0,
        "settle_seconds": 30.0,
        "log_level": "INFO",
    }


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**GOOD, "PORT": "4000", "LINEAR_API_KEY": "lin_api_x"}.items():
        monkeypatch.setenv(name, value)
    settings = read_settings(_env_file=None)
    assert settings.port == 4000
    assert settings.linear_api_key is not None
    assert settings.linear_api_key.get_secret_value() == "lin_api_x"


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*GOOD, "LINEAR_API_KEY", "PORT"):
        monkeypatch.setenv(name, "")
    sentence = refused()
    assert sentence.count("is missing") == len(GOOD)
    assert read_settings(_env_file=None, **as_given(GOOD)).linear_api_key is None


def test_a_file_is_read_beside_the_environment_which_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("settings") / ".env"
    file.write_text("\n".join([*(f"{name}={value}" for name, value in GOOD.items()), "PORT=4000", "HOST=0.0.0.0"]))
    monkeypatch.setenv("PORT", "5000")
    settings = read_settings(_env_file=file)
    assert (settings.host, settings.port) == ("0.0.0.0", 5000)  # noqa: S104 - what the file says


def test_every_missing_setting_is_named_at_once_with_where_to_find_it() -> None:
    _, *lines = refused().split("\n")
    assert [line.split()[0] for line in lines] == list(GOOD)
    assert all("is missing" in line for line in lines)
    assert "Signing Secret" in lines[0]
    assert "Bot User OAuth Token" in lines[1]


@pytest.mark.parametrize(("name", "value", "fix"), WRONG)
def test_a_wrong_setting_is_named_with_its_fix(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, fix: str
) -> None:
    for good, one in {**GOOD, name: value}.items():
        monkeypatch.setenv(good, one)
    _, line = refused().split("\n")
    assert line.startswith(f"  {name} is not right: ")
    assert fix in line


def test_everything_that_is_missing_or_wrong_is_said_in_one_sentence_each() -> None:
    bad = {"slack_bot_token": "xoxp-1", "port": "0", "database_url": "oracle://", "log_level": "loud"}
    bad |= {"slack_api_url": "x", "linear_api_url": "y", "lease_seconds": "soon"}
    _, *lines = refused(**bad).split("\n")
    names = [line.split()[0] for line in lines]
    assert sorted(names) == sorted([*(name.upper() for name in bad), "SLACK_SIGNING_SECRET"])


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, value, _ in WRONG if SECRET in value])
def test_what_was_given_is_never_repeated(name: str, value: str) -> None:
    sentence = refused(**as_given({**GOOD, name: value}))
    assert SECRET not in sentence


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = read_settings(_env_file=None, **as_given({**GOOD, "LINEAR_API_KEY": SECRET}))
    assert SECRET not in f"{settings} {settings!r} {settings.model_dump_json()}"


def test_the_error_behind_the_sentence_does_not_repeat_what_was_given() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(_env_file=None, slack_bot_token=SECRET)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert SECRET not in str(caught.value.__context__)


@pytest.mark.parametrize("url", ["https://slack.example/api", "https://slack.example/api/"])
def test_slacks_address_always_ends_in_a_slash(url: str) -> None:
    settings = read_settings(_env_file=None, **as_given(GOOD), slack_api_url=url)
    assert settings.slack_api_url == "https://slack.example/api/"


@pytest.mark.parametrize(
    "url", ["sqlite:///data/x.db", "sqlite:////tmp/x.db", "postgresql://u:p@h/d", "postgres://u@/d?host=/tmp"]
)
def test_addresses_of_databases_that_we_know(url: str) -> None:
    settings = read_settings(_env_file=None, **as_given(GOOD), database_url=url, secret_key=KEY)
    assert settings.database_url == url


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_postgresql_needs_a_key_that_all_replicas_share(scheme: str) -> None:
    _, line = refused(**as_given(GOOD), database_url=f"{scheme}://u:p@h/d").split("\n")
    assert line.startswith("  SECRET_KEY is missing: ")
    assert "openssl rand -hex 32" in line


def test_several_keys_are_one_setting() -> None:
    settings = read_settings(_env_file=None, **as_given(GOOD), secret_key=f"{KEY},{KEY[::-1]}")
    assert settings.secret_key is not None
    assert KEY not in repr(settings)


def test_an_app_of_linears_stands_in_place_of_a_key() -> None:
    app = {"linear_client_id": "id", "linear_client_secret": SECRET}
    settings = read_settings(_env_file=None, **as_given(GOOD), **app)
    assert settings.has_linear
    assert SECRET not in repr(settings)
    assert read_settings(_env_file=None, **as_given(GOOD), linear_api_key="k").has_linear
    assert not read_settings(_env_file=None, **as_given(GOOD)).has_linear


@pytest.mark.parametrize(
    ("given", "begins"),
    [
        ({"linear_client_id": "id"}, "  LINEAR_CLIENT_SECRET is missing: "),
        ({"linear_client_secret": SECRET}, "  LINEAR_CLIENT_SECRET needs LINEAR_CLIENT_ID beside it: "),
        (
            {"linear_api_key": "k", "linear_client_id": "id", "linear_client_secret": SECRET},
            "  LINEAR_CLIENT_ID cannot stand beside LINEAR_API_KEY: ",
        ),
        (
            {"linear_api_key": "k", "linear_client_id": "id"},
            "  LINEAR_CLIENT_ID cannot stand beside LINEAR_API_KEY: ",
        ),
    ],
)
def test_half_an_app_or_two_credentials_are_refused_in_one_line(given: dict[str, str], begins: str) -> None:
    _, line = refused(**as_given(GOOD), **given).split("\n")
    assert line.startswith(begins)
    assert SECRET not in line


def test_the_public_address_has_no_slash_at_its_end() -> None:
    settings = read_settings(_env_file=None, **as_given(GOOD), public_url="https://your.address/")
    assert settings.public_url == "https://your.address"


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []

"""The settings, from the environment and a ``.env`` file: each wrong one is named at once, with its fix."""

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import InvalidError
from storage.engine import async_url
from storage.vault import split_keys

DEFAULT_DATABASE_URL = "sqlite:///data/threadline.db"

# Shorter ones can be guessed by whoever has the database.
KEY_LENGTH = 32

_FIXES = {
    "SLACK_APP_TOKEN": (
        'make one (xapp-...) on your Slack app\'s page "Basic Information", under "App-Level Tokens", with the '
        "scope connections:write; leave it out if Slack reaches you over HTTP"
    ),
    "SLACK_SIGNING_SECRET": 'copy "Signing Secret" from your Slack app\'s page "Basic Information"',
    "SLACK_BOT_TOKEN": 'copy "Bot User OAuth Token" (xoxb-...) from your Slack app\'s page "OAuth & Permissions"',
    "SLACK_API_URL": "leave it out, or give an address that begins with http:// or https://",
    "LINEAR_API_KEY": "make a key in Linear under Settings, Security & access; leave it out to run without Linear",
    "LINEAR_CLIENT_ID": (
        "give either the app's LINEAR_CLIENT_ID and LINEAR_CLIENT_SECRET, or a person's LINEAR_API_KEY, and leave "
        "the other out"
    ),
    "LINEAR_CLIENT_SECRET": (
        "copy both from your OAuth application in Linear, under Settings, API; leave both out to run without one"
    ),
    "LINEAR_API_URL": "leave it out, or give an address that begins with http:// or https://",
    "LINEAR_WEBHOOK_SECRET": (
        "copy the signing secret from the webhook's page in Linear, under Settings, API; while you change it, give "
        "the new and the old one with a comma between them; leave it out to be told nothing by Linear"
    ),
    "ADMIN_TOKEN": "leave it out, or give a long random text",
    "METRICS_TOKEN": "leave it out, or give a long random text",
    "DATABASE_URL": "leave it out for SQLite under data/, or give postgresql://user:password@host/database",
    "PUBLIC_URL": "leave it out, or give the address at which you are reached, such as https://your.address",
    "SECRET_KEY": (
        f"give a random text of at least {KEY_LENGTH} characters, such as `openssl rand -hex 32` prints; several, "
        "with commas between them, to change it: the first encrypts"
    ),
    "HOST": "give an address of this machine, such as 0.0.0.0",
    "PORT": "give a number from 1 to 65535",
    "LEASE_SECONDS": "give a number of seconds from 1 to 600",
    "LOG_LEVEL": "give one of DEBUG, INFO, WARNING, ERROR",
}


# pydantic's own word for a field without a value.
_MISSING = "missing"
_BESIDE, _ALONE = "beside", "alone"
_WHAT = {
    _MISSING: "is missing",
    _BESIDE: "cannot stand beside LINEAR_API_KEY",
    _ALONE: "needs LINEAR_CLIENT_ID beside it",
}


class SettingsError(InvalidError):
    """One or more settings are missing or wrong; the sentence names them all."""


def secrets_in(given: SecretStr | None) -> tuple[str, ...]:
    """Return each of several secrets that stand with commas between them; none where none is given."""
    listed = "" if given is None else given.get_secret_value()
    return tuple(each.strip() for each in listed.split(",") if each.strip())


class Settings(BaseSettings):
    """Every setting. The README's table is held to this class by a test."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    slack_app_token: SecretStr | None = Field(
        None, description="The app-level token, `xapp-...`, for Socket Mode; unset: Slack reaches us over HTTP"
    )
    slack_signing_secret: SecretStr | None = Field(
        None,
        validate_default=True,
        description="Proves that a request comes from Slack; required unless `SLACK_APP_TOKEN` is set",
    )
    slack_bot_token: SecretStr = Field(description="The bot's token, `xoxb-...`")
    slack_api_url: str = Field("https://slack.com/api/", description="Where Slack's Web API is")
    linear_api_key: SecretStr | None = Field(None, description="The credential for Linear; unset: Linear is off")
    linear_client_id: str | None = Field(
        None, description="An OAuth app of Linear's that acts as itself, in place of the key; unset: no app"
    )
    linear_client_secret: SecretStr | None = Field(
        None, validate_default=True, description="The secret of that app; required with `LINEAR_CLIENT_ID`"
    )
    linear_api_url: str = Field("https://api.linear.app/graphql", description="Where Linear's GraphQL is")
    linear_webhook_secret: SecretStr | None = Field(
        None,
        description="Proves that a webhook is Linear's; several with commas between them; unset: none is taken",
    )
    database_url: str = Field(
        DEFAULT_DATABASE_URL, description="A SQLite file or `postgresql://user:password@host/database`"
    )
    secret_key: SecretStr | None = Field(
        None,
        validate_default=True,
        description="Encrypts stored credentials; comma-separated for rotation; unset with SQLite: made beside its "
        "file; required with PostgreSQL",
    )
    public_url: str | None = Field(
        None, description="Where the bot is reached from outside, `https://your.address`; unset: it is not known"
    )
    host: str = Field("127.0.0.1", description="The address to listen at")
    port: int = Field(3000, ge=1, le=65535, description="The port to listen at")
    admin_token: SecretStr | None = Field(
        None, description="Lets organizations be registered over HTTP; unset: they cannot be"
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="Whoever reads `/metrics` or `/owed` has to show it; unset: everybody reads the counts, "
        "nobody what is owed",
    )
    lease_seconds: float = Field(
        30.0, ge=1, le=600, description="How many seconds a worker holds a lane of deliveries without a word"
    )
    settle_seconds: float = Field(
        30.0,
        ge=0,
        le=600,
        description="How many seconds a post whose answer was lost waits before it is looked for",
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged")

    @property
    def has_linear(self) -> bool:
        """Whether there is a credential for Linear, which serves every organization without its own connection."""
        return self.linear_api_key is not None or self.linear_client_id is not None

    @field_validator("slack_app_token")
    @classmethod
    def _is_app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith("xapp-"):
            raise ValueError("is not an app-level token")
        return value

    @field_validator("slack_signing_secret")
    @classmethod
    def _is_there_over_http(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        # A wrong app token is not in the data: it is named itself, and whoever gave it wants Socket Mode.
        if value is None and info.data.get("slack_app_token", ...) is None:
            raise PydanticCustomError(_MISSING, "Field required")
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _is_bot_token(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith("xoxb-"):
            raise ValueError("is not a bot token")
        return value

    @field_validator("slack_api_url", "linear_api_url", "public_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("is not a web address")
        return value

    @field_validator("public_url")
    @classmethod
    def _ends_without_slash(cls, value: str | None) -> str | None:
        return None if value is None else value.rstrip("/")

    @field_validator("linear_client_id")
    @classmethod
    def _stands_alone(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("linear_api_key") is not None:
            raise PydanticCustomError(_BESIDE, "Two credentials")
        return value

    @field_validator("linear_client_secret")
    @classmethod
    def _stands_with_its_id(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        # A wrong id is not in the data: it is named itself.
        client_id = info.data.get("linear_client_id", ...)
        if value is None and isinstance(client_id, str):
            raise PydanticCustomError(_MISSING, "Field required")
        if value is not None and client_id is None:
            raise PydanticCustomError(_ALONE, "No id")
        return value

    @field_validator("linear_webhook_secret")
    @classmethod
    def _names_a_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not secrets_in(value):
            raise ValueError("names no secret")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _ends_with_slash(cls, value: str) -> str:
        # slack_sdk joins the method's name to it: without the slash it would replace the last part.
        return value if value.endswith("/") else f"{value}/"

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        async_url(value)
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        database_url = info.data.get("database_url")
        if value is None:
            # Replicas on several machines share no file.
            if database_url is not None and async_url(database_url).drivername.startswith("postgresql"):
                raise PydanticCustomError(_MISSING, "Field required")
            return None
        keys = split_keys(value.get_secret_value())
        if not keys or min(len(key) for key in keys) < KEY_LENGTH:
            raise ValueError("is too short")
        return value


def read_settings(**given: object) -> Settings:
    """Read the settings; ``given`` overrides the environment (for the demo and tests).

    Raises:
        SettingsError: something is missing or wrong; every case in one sentence each, with the fix.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [_explain(str(problem["loc"][0]).upper(), problem["type"]) for problem in error.errors()]
        raise SettingsError("Threadline cannot start:\n" + "\n".join(lines)) from None


def _explain(name: str, kind: str) -> str:
    return (
        f"  {name} {_WHAT.get(kind, 'is not right')}: {_FIXES.get(name, 'see the settings table in the README')}."
    )

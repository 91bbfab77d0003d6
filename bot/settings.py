"""The settings, from the environment and a ``.env`` file: each wrong one is named at once, with its fix."""

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import InvalidError
from storage.engine import async_url

DEFAULT_DATABASE_URL = "sqlite:///data/threadline.db"

_FIXES = {
    "SLACK_APP_TOKEN": (
        'make one (xapp-...) on your Slack app\'s page "Basic Information", under "App-Level Tokens", with the '
        "scope connections:write; leave it out if Slack reaches you over HTTP"
    ),
    "SLACK_SIGNING_SECRET": 'copy "Signing Secret" from your Slack app\'s page "Basic Information"',
    "SLACK_BOT_TOKEN": 'copy "Bot User OAuth Token" (xoxb-...) from your Slack app\'s page "OAuth & Permissions"',
    "SLACK_API_URL": "leave it out, or give an address that begins with http:// or https://",
    "LINEAR_API_KEY": "make a key in Linear under Settings, Security & access; leave it out to run without Linear",
    "LINEAR_API_URL": "leave it out, or give an address that begins with http:// or https://",
    "ADMIN_TOKEN": "leave it out, or give a long random text",
    "METRICS_TOKEN": "leave it out, or give a long random text",
    "DATABASE_URL": "leave it out for SQLite under data/, or give postgresql://user:password@host/database",
    "HOST": "give an address of this machine, such as 0.0.0.0",
    "PORT": "give a number from 1 to 65535",
    "LEASE_SECONDS": "give a number of seconds from 1 to 600",
    "LOG_LEVEL": "give one of DEBUG, INFO, WARNING, ERROR",
}


# pydantic's own word for a field without a value.
_MISSING = "missing"


class SettingsError(InvalidError):
    """One or more settings are missing or wrong; the sentence names them all."""


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
    linear_api_url: str = Field("https://api.linear.app/graphql", description="Where Linear's GraphQL is")
    database_url: str = Field(
        DEFAULT_DATABASE_URL, description="A SQLite file or `postgresql://user:password@host/database`"
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

    @field_validator("slack_api_url", "linear_api_url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("is not a web address")
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
    what = "is missing" if kind == _MISSING else "is not right"
    return f"  {name} {what}: {_FIXES.get(name, 'see the settings table in the README')}."

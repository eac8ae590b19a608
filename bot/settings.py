"""The only reader of the environment."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError

from matching.vectors import Files, UnusableModel, beside, installed
from registry.database import database_url
from registry.secrets import Keys

NO_MODEL = "off"
DRIVERS = frozenset({"postgresql+psycopg", "sqlite+aiosqlite"})
SLACK_API_URL = "https://slack.com/api/"


class Unusable(Exception):
    """A setting or something it names cannot be used; the words name it and the mend."""


class Settings(BaseSettings):
    """Every setting; `.env.example` says what each means."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8-sig", extra="ignore", env_ignore_empty=True
    )

    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API_URL
    first_admin: str | None = None
    database_url: SecretStr | None = None
    token_keys: Annotated[list[SecretStr], NoDecode] = []
    public_url: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)
    playground_port: int = Field(default=8600, ge=0, le=65535)
    var: Path = Path("var")
    log_level: str = "info"
    model: str | None = None
    model_digest: str | None = None

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc:
            raise ValueError("should be an address such as https://slack.com/api/")
        return value.rstrip("/") + "/"

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("should be an address such as https://bot.example.org")
        return value.rstrip("/") if value else value

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            url = database_url(value.get_secret_value() if value else None, Path())
        except ArgumentError:
            url = None
        if url is None or url.drivername not in DRIVERS:
            raise ValueError("should be an address such as postgresql://user:password@host/name")
        return value

    @field_validator("first_admin")
    @classmethod
    def _user_id(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[UW][A-Z0-9]+", value):
            raise ValueError("should be a Slack user id, such as U012AB3CD, and no name")
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _starting("xoxb-", value)

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _starting("xapp-", value)

    @field_validator("log_level")
    @classmethod
    def _log_level(cls, value: str) -> str:
        levels = ("debug", "info", "warning", "error")
        if value.lower() not in levels:
            raise ValueError(f"should be one of {', '.join(levels)}")
        return value.lower()

    @field_validator("token_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value

    @field_validator("token_keys")
    @classmethod
    def _fernet_keys(cls, value: list[SecretStr]) -> list[SecretStr]:
        try:
            for key in value:
                Fernet(key.get_secret_value())
        except ValueError:
            raise ValueError(
                "should be keys made by `python -m bot key`, newest first, with commas between"
            ) from None
        return value

    @property
    def real_slack(self) -> bool:
        """Whether a real Slack was named, rather than the playground."""
        return self.slack_bot_token is not None or self.slack_client_id is not None

    @property
    def socket_mode(self) -> bool:
        return self.slack_app_token is not None

    @property
    def serves(self) -> bool:
        """Whether browsers or Slack reach us over HTTP."""
        return not self.socket_mode or self.public_url is not None

    @property
    def database(self) -> URL:
        configured = self.database_url.get_secret_value() if self.database_url else None
        return database_url(configured, self.var)

    def model_files(self) -> Files | None:
        """The sentence model to use, checked; None where words alone are meant to do."""
        if self.model == NO_MODEL:
            return None
        files = beside(Path(self.model), self.model_digest) if self.model else installed()
        try:
            if files is not None:
                files.check()
        except UnusableModel as error:
            raise Unusable(
                f"MODEL cannot be used: {error}. Mend it, or set MODEL={NO_MODEL} to match by "
                "words alone."
            ) from None
        return files

    def keys(self) -> Keys:
        """The keys for stored tokens: those set, else one kept under `var/`."""
        if self.token_keys:
            return Keys([key.get_secret_value() for key in self.token_keys])
        path = self.var / "token.key"
        if not path.exists():
            self.var.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(Fernet.generate_key().decode())
        try:
            return Keys([path.read_text().strip()])
        except ValueError:
            raise Unusable(
                f"{path} holds no key: put the right one back, or delete the file and install the "
                "app in Slack again."
            ) from None

    def check_slack(self) -> None:
        """Raise `Unusable` where a way to reach Slack is only half set."""
        if self.slack_bot_token and not (self.slack_signing_secret or self.slack_app_token):
            raise Unusable(
                "SLACK_SIGNING_SECRET is missing: copy it from your Slack app's Basic Information "
                "page (or set SLACK_APP_TOKEN to use Socket Mode)."
            )
        if self.slack_app_token and not self.slack_bot_token:
            raise Unusable(
                "SLACK_BOT_TOKEN is missing: copy it from your Slack app's Install App page."
            )
        if self.slack_client_id and not (self.slack_client_secret and self.slack_signing_secret):
            raise Unusable(
                "SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET are both needed with "
                "SLACK_CLIENT_ID: copy them from your Slack app's Basic Information page."
            )


def _starting(prefix: str, value: SecretStr | None) -> SecretStr | None:
    if value is not None and not value.get_secret_value().startswith(prefix):
        raise ValueError(f"should start with {prefix}")
    return value


def load() -> Settings:
    """The settings from the environment and `.env`; raises `Unusable` with one line."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        words = str(first["msg"]).removeprefix("Value error, ")
        if Settings.model_fields[name].annotation is int:
            least = 0 if name == "playground_port" else 1
            words = f"should be a whole number from {least} to 65535"
        raise Unusable(f"{name.upper()} cannot be used: {words}.") from None
    except UnicodeDecodeError:
        raise Unusable("The file .env cannot be read. Save it as UTF-8 text.") from None

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.settings import Settings, Unusable, load


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "99999"),
        ("SLACK_API_URL", "slack"),
        ("SLACK_BOT_TOKEN", "xapp-1"),
        ("SLACK_APP_TOKEN", "xoxb-1"),
        ("DATABASE_URL", "not an address"),
        ("TOKEN_KEYS", "short"),
        ("DATABASE_URL", "mysql://user:password@host/name"),
        ("DATABASE_URL", "nothing://host/name"),
        ("FIRST_ADMIN", "otto"),
        ("FIRST_ADMIN", "@otto"),
        ("LOG_LEVEL", "loud"),
        ("PUBLIC_URL", "bot.example.org"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Unusable) as refused:
        load()
    assert str(refused.value).startswith(f"{name} cannot be used: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_SECRET"),
    ],
)
def test_half_a_way_to_slack_names_the_other_half(
    given: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Unusable, match=missing):
        load().check_slack()


def test_the_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=4000\nSLACK_BOT_TOKEN=\n")
    settings = load()
    assert settings.port == 4000
    assert settings.slack_bot_token is None
    assert not settings.real_slack


def test_a_number_that_is_none_is_told_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("many", "99999", "0"):
        monkeypatch.setenv("PORT", wrong)
        with pytest.raises(Unusable) as refused:
            load()
        assert str(refused.value) == (
            "PORT cannot be used: should be a whole number from 1 to 65535."
        )


def test_the_env_file_may_come_from_any_editor(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=4000\n", encoding="utf-8-sig")
    assert load().port == 4000
    (tmp_path / ".env").write_text("# £\nPORT=4000\n", encoding="latin-1")
    with pytest.raises(Unusable, match="Save it as UTF-8"):
        load()


@pytest.mark.parametrize("kept", ["", "short"])
def test_a_key_file_without_a_key_is_named(tmp_path: Path, kept: str) -> None:
    (tmp_path / "token.key").write_text(kept)
    with pytest.raises(Unusable, match=r"token\.key holds no key"):
        Settings(var=tmp_path).keys()


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var")
    sealed = settings.keys().seal("xoxb-1")
    assert Settings(var=tmp_path / "var").keys().open(sealed) == "xoxb-1"
    assert stat.S_IMODE((tmp_path / "var" / "token.key").stat().st_mode) == 0o600


def test_keys_can_be_rotated() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = Settings(token_keys=old).keys().seal("xoxb-1")
    both = Settings(token_keys=f"{new},{old}").keys()
    assert both.open(sealed) == "xoxb-1"
    assert Settings(token_keys=new).keys().open(both.rotate(sealed)) == "xoxb-1"


def test_no_secret_is_shown_when_settings_are_printed() -> None:
    settings = Settings(slack_bot_token="xoxb-secret", database_url="postgresql://a:pass@b/c")
    assert "xoxb-secret" not in repr(settings)
    assert "pass@" not in repr(settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET is missing"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET"),
    ],
)
def test_a_half_set_slack_is_named(
    settings: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Unusable, match=words):
        load().check_slack()


def test_addresses_are_brought_to_one_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "https://slack.example/api")
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example/")
    settings = load()
    assert settings.slack_api_url == "https://slack.example/api/"
    assert settings.public_url == "https://bot.example"

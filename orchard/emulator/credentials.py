"""The access key of one life of the emulator, random at each start, and the token for what is not AWS's own.

They are kept in a file that only its owner can read, in the form of AWS's shared credentials file, so that any client
can be pointed at it (`AWS_SHARED_CREDENTIALS_FILE`); clients pass over the third line (AWS SDKs and Tools Reference
Guide, "Shared config and credentials files").
"""

import secrets
from configparser import ConfigParser, Error
from dataclasses import dataclass, field
from pathlib import Path

NAME = "credentials"
PROFILE = "default"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # of access key ids


@dataclass(frozen=True)
class Credentials:
    """What proves that a request comes from the user who started the emulator.

    Attributes:
        key_id: the access key's public half.
        secret: its secret half, which signs requests.
        token: the password for `/_orchard/`, Livy included; the user name does not matter.
    """

    key_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def make(cls) -> "Credentials":
        """Draw new ones."""
        key_id = "AKIA" + "".join(secrets.choice(ALPHABET) for _ in range(16))
        return cls(key_id, secrets.token_urlsafe(30), secrets.token_urlsafe(30))

    @property
    def environment(self) -> dict[str, str]:
        """The variables from which AWS clients take them."""
        return {"AWS_ACCESS_KEY_ID": self.key_id, "AWS_SECRET_ACCESS_KEY": self.secret}

    @property
    def login(self) -> tuple[str, str]:
        """User name and password for HTTP's basic authentication."""
        return "orchard", self.token

    def write(self, home: Path) -> None:
        """Leave them in the directory of an emulator, which nobody else may enter."""
        file = home / NAME
        file.touch(mode=0o600)
        file.write_text(
            f"[{PROFILE}]\naws_access_key_id = {self.key_id}\naws_secret_access_key = {self.secret}\n"
            f"orchard_token = {self.token}\n"
        )


def read(home: Path) -> Credentials:
    """Read those of the emulator in a directory.

    Raises:
        FileNotFoundError: it has none, or none any more.
    """
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string((home / NAME).read_text())
        kept = parser[PROFILE]
        return Credentials(kept["aws_access_key_id"], kept["aws_secret_access_key"], kept["orchard_token"])
    except (Error, KeyError) as error:
        raise FileNotFoundError(f"{home / NAME} is no file of credentials") from error

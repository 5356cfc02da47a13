"""Which signer each tax code uses, read from the JSON file ``INVOICE_SIGNERS_FILE``.

The file names keys and where their secrets stand; it holds no secret itself::

    {"5699999011": {"kind": "pkcs12", "path": "/etc/cho-phien/htx.p12", "password_env": "HTX_P12_PASSWORD"},
     "0199999021": {"kind": "pkcs11", "module": "/usr/lib/softhsm/libsofthsm2.so", "token": "htx",
                    "key": "hoa-don", "pin_env": "HTX_TOKEN_PIN"},
     "0109999037": {"kind": "remote", "url": "https://ky-so.example/csc/v1", "credential": "HTX-01",
                    "token_env": "HTX_SIGN_TOKEN", "pin_env": "HTX_SIGN_PIN"}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shop.invoices.signer import FileSigner, Signer
from shop.invoices.signers.remote import RemoteSigner
from shop.invoices.signers.token import TokenPlace, TokenSigner

_NAMES = {
    "pkcs12": frozenset({"path", "password_env"}),
    "pkcs11": frozenset({"module", "token", "key", "pin_env"}),
    "remote": frozenset({"url", "credential", "token_env", "pin_env"}),
}


class BadChoice(ValueError):
    """The file of signers cannot be used; the message says why, without any secret."""


@dataclass(frozen=True)
class Choice:
    """One seller's signer: its kind and what that kind needs, as sorted pairs."""

    kind: str
    values: tuple[tuple[str, str], ...]

    def opened(self, environment: Mapping[str, str]) -> Signer:
        """The signer, ready. Raises: BadChoice, SigningFailed, OSError, ValueError."""
        values = dict(self.values)
        secrets = {}
        for name in [name for name in values if name.endswith("_env")]:
            variable = values.pop(name)
            if not environment.get(variable):
                raise BadChoice(f"{variable} is not set")
            secrets[name.removesuffix("_env")] = environment[variable]
        if self.kind == "pkcs12":
            return FileSigner.from_pkcs12(Path(values["path"]), secrets["password"])
        if self.kind == "pkcs11":
            return TokenSigner(TokenPlace(**values), pin=secrets["pin"])
        return RemoteSigner(
            values["url"], credential=values["credential"], token=secrets["token"], pin=secrets["pin"]
        )


def read_choices(path: Path, *, never_under: Path) -> dict[str, Choice]:
    """Every choice of the file by tax code.

    Raises: BadChoice if it cannot be read, names an unknown kind or a wrong field, or keeps a key under
    ``never_under``, the folder of uploads.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as reason:
        raise BadChoice(f"{path.name} cannot be read: {reason}") from reason
    if not isinstance(said, dict):
        raise BadChoice(f"{path.name} must be an object of tax codes")
    return {tax_code: _choice(tax_code, entry, never_under) for tax_code, entry in said.items()}


def _choice(tax_code: str, entry: object, never_under: Path) -> Choice:
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise BadChoice(f"{tax_code}: every signer is an object of texts")
    kind = entry.get("kind", "")
    if kind not in _NAMES:
        raise BadChoice(f"{tax_code}: kind must be one of {', '.join(sorted(_NAMES))}")
    values = {name: value for name, value in entry.items() if name != "kind"}
    if values.keys() != _NAMES[kind]:
        raise BadChoice(f"{tax_code}: a {kind} signer has exactly {', '.join(sorted(_NAMES[kind]))}")
    if kind == "pkcs12" and Path(values["path"]).resolve().is_relative_to(never_under.resolve()):
        raise BadChoice(f"{tax_code}: a signing key never lies under the media folder")
    return Choice(kind, tuple(sorted(values.items())))

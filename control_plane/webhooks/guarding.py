"""The guard over webhooks' addresses as the settings want it."""

from control_plane.kit.outbound_guard import Allowed, Guard
from control_plane.settings import Settings, SettingsError


def guard_of(settings: Settings) -> Guard:
    """Raises `SettingsError` for an entry that is no host, address or network."""
    try:
        return Guard(Allowed.parse(settings.webhook_allow))
    except ValueError as error:
        wanted = "give it host names, addresses and networks such as 10.0.0.0/8, with commas between"
        raise SettingsError(f"CALLWRIGHT_WEBHOOK_ALLOW has {str(error)!r}; {wanted}.") from error

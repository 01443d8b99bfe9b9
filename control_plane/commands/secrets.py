"""`callwright secrets`."""

from control_plane.commands.ready import ready
from control_plane.workspaces.secret_commands import secrets_app

app = secrets_app(ready)

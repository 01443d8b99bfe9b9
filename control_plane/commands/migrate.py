"""`callwright migrate`."""

import typer

from control_plane.commands.ready import ready
from control_plane.db.migrate import migrate as migrate_database

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    migrate_database(ready().sqlalchemy_url)

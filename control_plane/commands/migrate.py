"""`callwright migrate`."""

import typer

from control_plane.commands.ready import ready
from control_plane.db.migrate import migrate as migrate_database
from control_plane.kit.printing import AsJson, print_done

app = typer.Typer()


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring the database to the newest schema."""
    before, now = migrate_database(ready().sqlalchemy_url)
    said = f"The schema is {now}, as it was." if before == now else f"The schema is {now}; it was {before or 'not there'}."
    print_done({"before": before, "now": now}, said, as_json=as_json)

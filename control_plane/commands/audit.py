"""`callwright audit`, in one transaction of the installation's database."""

from control_plane.audit.commands import audit_app
from control_plane.commands.ready import in_unit, ready

app = audit_app(lambda work: in_unit(ready(), work))

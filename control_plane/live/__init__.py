"""The live stream: what happens in a workspace, a campaign or a call, told over HTTP while it happens (Server-Sent Events)."""

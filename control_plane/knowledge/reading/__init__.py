"""From an uploaded file to chunks of text. Runs in a process of its own (`__main__`), because a file may be made to do harm; pure but for
pypdf."""

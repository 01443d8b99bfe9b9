"""Knowledge: documents of a workspace that its assistants may look things up in, cut into chunks and searched."""

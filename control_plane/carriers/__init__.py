"""The carrier's side of trunks: accounts at Twilio, and what is built, kept right and taken down in them."""

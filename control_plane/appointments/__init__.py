"""Appointments of contacts, and the calls that remind people of them."""

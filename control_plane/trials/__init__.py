"""Trying an assistant without a phone: in text, and part by part."""

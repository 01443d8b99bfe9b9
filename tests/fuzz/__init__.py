"""Requests that schemathesis makes up from `/openapi.json`, against the real application: `make fuzz`, and a short form in the tests."""

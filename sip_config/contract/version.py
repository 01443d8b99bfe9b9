"""The version of the agreement."""

CONTRACT_VERSION = 2

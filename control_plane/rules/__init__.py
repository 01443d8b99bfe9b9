"""Which rules bind a call: the packs as data, the choice by number and purpose, what a workspace adds and waives."""

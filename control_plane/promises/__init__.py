"""The ledger of promises: what was promised in calls is kept by a call, by people, or told to be overdue."""

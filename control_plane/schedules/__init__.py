"""Calls that come back, outside campaigns: schedules, their runs, and the tasks that carry them out."""

"""Workbooks of actions: given out, taken back cell by cell; and somebody's own plan, brought in by matching columns."""

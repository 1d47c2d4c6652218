"""Somebody's own tables (a tracker, a plan, a chronology, a workbook): read, their columns matched and remembered."""

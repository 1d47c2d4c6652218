"""Chronologies of agencies: read from their own files, kept line by line, compared, merged, given out again."""

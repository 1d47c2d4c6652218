"""The team's own tracker of live reviews: read, matched to facts, brought in row by row, and given back as it was."""

"""Setting up and looking after a partnership: its names, local partnerships, bodies, people and local targets.

One file for each noun. Every function takes the session, who acts and when, changes rows and keeps a line in the log
of administrators' changes. None commits: the edge does.
"""

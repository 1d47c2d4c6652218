"""Changes. One file per verb; each takes (session, actor, now) and leaves the commit to the edge."""

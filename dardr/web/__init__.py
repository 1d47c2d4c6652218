"""The web edge: server-rendered pages for people who sign in. Rules live elsewhere; this asks, shows and commits."""

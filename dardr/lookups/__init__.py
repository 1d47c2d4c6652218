"""Reads. Every function takes a session and the actor who asks, and shows nothing the actor may not see."""

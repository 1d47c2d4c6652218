"""Actions of the plans: which there are, how each stands and why, how their dates moved, and what they were then."""

"""The casework application: what users can see and do, and the edges that let them."""

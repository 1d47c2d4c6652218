"""What is stored, and how: one engine module for both databases, one module of tables per subject."""

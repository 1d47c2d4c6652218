"""Which recommendations say the same thing: from words to terms, and from shared terms to a score. No database."""

"""One module per noun: what its pages show and which lookups and verbs they call."""

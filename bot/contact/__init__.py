"""First contact: who is this, asked once."""

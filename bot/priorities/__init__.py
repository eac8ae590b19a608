"""What several councils ask, and what was asked before."""

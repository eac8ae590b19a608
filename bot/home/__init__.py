"""App Home: what waits for me, what is mine, what is coming."""

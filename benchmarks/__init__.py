"""Side by side with peers, on data you name."""

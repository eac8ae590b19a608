"""`/network`: what a network's admins look after, and whom to ask."""

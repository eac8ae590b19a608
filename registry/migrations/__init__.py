"""The database's versions, oldest first, and the way from one to the next."""

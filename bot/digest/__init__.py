"""The weekly digest in the admins' channel, and on request."""

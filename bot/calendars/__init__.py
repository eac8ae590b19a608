"""`/events calendars`: calendars that a network reads, and the posts about what is in them."""

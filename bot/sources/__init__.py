"""What feeds and calendars have in common: trying an address, reading it hourly, its buttons."""

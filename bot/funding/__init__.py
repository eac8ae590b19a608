"""`/funding`: calls by hand and from feeds, their posts and reminders."""

"""`/events`: what is coming, who is going, reminders."""

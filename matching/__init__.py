"""Text in, ranked candidates with reasons out; knows neither Slack nor the database."""

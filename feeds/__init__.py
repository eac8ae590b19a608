"""Fetches and reads other people's feeds and calendars, safely."""

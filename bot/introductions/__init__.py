"""Asking for an introduction, answering, and what follows a yes from both."""

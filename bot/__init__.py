"""The Slack face: what a person types, presses and sees."""

"""A Slack on your own machine: a strict double of the Web API, and a page to try the bot in."""

"""`/need`: the form, the card with its suggestions, and what can be done with them."""

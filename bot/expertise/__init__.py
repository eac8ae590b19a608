"""`/expertise`: the form, the card with open needs that fit, pausing and removing."""

"""What the network knows: tables, queries and rules, one noun a module."""

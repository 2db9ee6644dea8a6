"""The replay channel: a file of conversations in, as if a network had delivered them."""

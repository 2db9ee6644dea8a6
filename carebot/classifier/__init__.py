"""The classifier: what a message is about, how sensitive it is and which article answers it."""

"""How well carebot reads labelled conversations: what ``carebot evaluate`` computes (docs/evaluation.md)."""

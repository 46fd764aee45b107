"""What is done to the tree and to the register. Alone writes this chapter's models."""

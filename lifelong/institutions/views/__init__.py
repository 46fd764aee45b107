"""Pages of the register of institutions and of an institution's own people."""

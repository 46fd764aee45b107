"""Pages about people: their own account, activation, set-up, the register of people and roles, authorities."""

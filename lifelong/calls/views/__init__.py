"""Pages of calls and registrations: public ones, the registrant's own, the officers'."""

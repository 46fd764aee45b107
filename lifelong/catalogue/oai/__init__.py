"""OAI-PMH 2.0: what harvesters read. Reads entries only; suspended and retired ones are told as deleted for ever."""

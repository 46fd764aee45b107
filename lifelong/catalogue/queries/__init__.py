"""What pages, machines and other chapters may know of the catalogue. Reads only."""

"""When a campaign will end: its history in, simulated futures out. Pure functions over numpy arrays."""

"""Minutes of talk while processes, the database and the platform fail: ``make soak``."""

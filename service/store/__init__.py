"""Where the service keeps what must not be lost: one database, SQLite by default, PostgreSQL by URL."""

"""The database: rows, one way to write, reads that ask for rights, migrations, backups."""

"""The project's index: files, symbols, imports, words and Git's history, in one SQLite file that can be deleted."""

"""Packages of skills, templates and themes: named in the settings, fetched as files, never run."""

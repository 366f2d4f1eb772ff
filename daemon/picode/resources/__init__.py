"""What a person brings along: skills, prompt templates, themes, and packages of them. Files only; nothing here runs."""

"""What a model gets to see of a project for a question: which files, and which parts of them, within a budget."""

"""Extensions, seen from the daemon: their processes, what they registered, and when they are asked."""

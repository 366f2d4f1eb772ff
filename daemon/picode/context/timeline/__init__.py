"""What a project's shells have run, and what changed while it ran: attribution, the store, and which run broke it."""

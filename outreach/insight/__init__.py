"""What the work adds up to: today's list now; performance, signals and retention as they come."""

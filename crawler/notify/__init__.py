"""Who is told, and how: one module a channel, and the run that judges, makes issues and delivers them."""

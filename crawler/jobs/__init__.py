"""Jobs over time: schedules, health of sites, metrics."""

"""A small web of news sites on loopback, written for this project, and the run that shows the main job on it."""

"""What stands between spider and network: addresses, manners, conditional requests, the archive."""

"""The one spider: what it does is in the job."""

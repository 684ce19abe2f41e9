"""Load over HTTP on this machine alone: bounded in calls and time, and over by itself."""

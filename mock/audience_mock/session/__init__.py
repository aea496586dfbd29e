"""What belongs to one session: clock, jobs, journal, fault rules, files of users, and the state file."""

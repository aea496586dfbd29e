"""What reproduces a finding: the requests that it rests on, and a script for a shell that sends them again."""

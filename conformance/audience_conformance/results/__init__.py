"""What a run found: findings, results, the summary, and known failures."""

"""The checks: one folder for each topic of the API; the files beside the folders are what they share."""

"""The checks: one folder for each topic of the API; the files at this level are shared by all."""

"""The data of the mock, in memory: definitions, values, groups and users of each tenant. No HTTP here."""

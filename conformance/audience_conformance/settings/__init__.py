"""The options of a run: their table, their parser, and the settings made from them."""

"""The steps that a request passes, one file each; app.py wires them."""

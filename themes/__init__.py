"""Theme files, one a theme. `console/theming.py` reads them; the user's own folder adds to them."""

"""The views: one screenful each. They show the desk; their keys act through the screen."""

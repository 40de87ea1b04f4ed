"""What changes a directory beside a console, and what the console is seen to know of it."""

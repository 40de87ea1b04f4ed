"""What the console knows and works out, as values: no Textual, no disk, no clock of its own."""

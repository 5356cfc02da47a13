"""What Django's own formats of a language would get wrong in this market."""

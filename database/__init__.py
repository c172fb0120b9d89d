"""How the desk talks to its database where Django alone is too slow. Knows no app."""

"""What the recipe `filexfer.spec` calls, each part with one job; tests call it on any system."""

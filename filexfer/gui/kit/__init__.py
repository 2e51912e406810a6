"""What all of the window stands on: the bridge to the agent, words, icons, colours. Knows no other room of it."""

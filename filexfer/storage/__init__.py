"""What is kept: a folder behind one resolver, with uploads that are published whole or not at all."""

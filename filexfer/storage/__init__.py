"""What is kept: the shared folder as a `Store`, uploads that survive crashes, and the trash."""

"""The list of transfers and what is done to one."""

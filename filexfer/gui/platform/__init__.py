"""What differs between desktops: one file a system or a protocol, absent quietly where it is not there."""

"""What travels: the XML-RPC codec, HTTP heads, faults, methods and addresses. No socket, no thread, no open file."""

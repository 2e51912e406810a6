"""What `make bench` measures: our lanes beside `cp` and the standard library's XML-RPC pair, in one run."""

"""One module per operation of the service: decode the request, call the engine, encode the answer."""

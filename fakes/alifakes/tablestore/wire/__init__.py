"""The service's bytes: protobuf messages, PlainBuffer rows, filters, and their way to and from the engine's model."""

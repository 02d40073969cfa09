"""How the layers of the functions are made: what each holds, installed by hash, compiled, zipped to the same bytes."""
